//! JSON inside JSON: params, payloads and results travel as their own text, never parsed into a
//! tree and written again.

use std::borrow::Cow;

use paceline_core::Json;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A [`Json`] text that appears in a document as the value that it spells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireJson(pub Json);

impl From<&RawValue> for WireJson {
    fn from(raw: &RawValue) -> Self {
        WireJson(Json::from_checked(raw.get()))
    }
}

impl Serialize for WireJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_str(self.0.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WireJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text: Box<str> = raw.into();
        Ok(WireJson(Json::from_checked(text)))
    }
}

impl PartialSchema for WireJson {
    fn schema() -> RefOr<Schema> {
        <serde_json::Value as PartialSchema>::schema()
    }
}

impl ToSchema for WireJson {
    fn name() -> Cow<'static, str> {
        "Json".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_passes_through_untouched() {
        let text = r#"{"b":1.10,"a":[1e3, "\u00e9"]}"#;
        let json: WireJson = serde_json::from_str(text).expect("reads");
        assert_eq!(serde_json::to_string(&json).expect("writes"), text);
    }
}
