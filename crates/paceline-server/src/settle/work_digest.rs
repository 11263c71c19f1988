//! Digests of what a job works on.

use paceline_protocol::rest::ItemLine;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A digest in the making.
pub(super) struct WorkDigest(Sha256);

impl WorkDigest {
    pub(super) fn of(task: &str, version: &str) -> Self {
        let mut digest = WorkDigest(Sha256::new());
        digest.add(task);
        digest.add(version);
        digest
    }

    /// The order of keys does not matter.
    pub(super) fn params(mut self, params: Map<String, Value>) -> Self {
        self.add(&canonical(Value::Object(params)).to_string());
        self
    }

    /// A list without items is another thing than no list.
    pub(super) fn items(mut self, items: Option<&[ItemLine<'_>]>) -> Self {
        for item in items.unwrap_or_default() {
            self.add(item.key.as_deref().unwrap_or_default());
            self.add(item.payload.map_or("null", RawValue::get));
        }
        if items.is_some() {
            self.add("items");
        }
        self
    }

    pub(super) fn end(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// With its length, so that no two lists of texts are written alike.
    fn add(&mut self, text: &str) {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
    }
}

/// The same value with the keys of all objects in order.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(String, Value)> = map.into_iter().collect();
            pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| (key, canonical(value)));
            Value::Object(pairs.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(canonical).collect()),
        other => other,
    }
}
