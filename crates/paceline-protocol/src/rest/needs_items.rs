//! A task that only works on items which come with each job: said among its options.

use std::collections::BTreeMap;

use paceline_core::Json;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What of a task's options tells whether its jobs must bring items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NeedsItems {
    #[serde(default)]
    needs_items: bool,
}

impl NeedsItems {
    /// Reads it out of the options that a task declares.
    pub fn of(options: &Json) -> Result<bool, serde_json::Error> {
        serde_json::from_str::<Self>(options.as_str()).map(|read| read.needs_items)
    }

    /// The options with this among them; what is no object stays as it is.
    pub fn said_in(options: &Json) -> Json {
        let Ok(mut all) = serde_json::from_str::<BTreeMap<&str, &RawValue>>(options.as_str())
        else {
            return options.clone();
        };
        all.entry("needs_items").or_insert(RawValue::TRUE);
        serde_json::to_string(&all).map_or_else(|_| options.clone(), Json::from_checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read() {
        for (options, with) in [
            ("{}", r#"{"needs_items":true}"#),
            (
                r#"{"rate": "60/1m", "chunk_size": 5}"#,
                r#"{"chunk_size":5,"needs_items":true,"rate":"60/1m"}"#,
            ),
            (r#"{"needs_items":false}"#, r#"{"needs_items":false}"#),
            ("[]", "[]"),
        ] {
            let options = Json::from_checked(options);
            assert_eq!(NeedsItems::said_in(&options).as_str(), with);
        }
        let plain = Json::from_checked(r#"{"chunk_size":5}"#);
        assert!(!NeedsItems::of(&plain).expect("reads"));
        assert!(NeedsItems::of(&NeedsItems::said_in(&plain)).expect("reads"));
    }
}
