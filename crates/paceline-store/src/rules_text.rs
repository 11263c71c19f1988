//! What events say of limits and holds, the same on each database.

use paceline_core::limits::{Hold, LimitName};
use paceline_core::scope::Scope;
use paceline_core::{Json, Time};
use serde_json::{Map, Value, json};

use crate::text::to_json;

/// `{"limits": {"key:dealer-7": 1, "jobs": null}}`; null is no limit, absent in `unset` its default.
pub(crate) fn limits_event(changes: &[(LimitName, Option<Option<u32>>)]) -> Json {
    let mut set = Map::new();
    let mut unset = Vec::new();
    for (name, most) in changes {
        match most {
            Some(most) => {
                set.insert(name.to_string(), json!(most));
            }
            None => unset.push(Value::from(name.to_string())),
        }
    }
    json_of(&json!({"set": set, "unset": unset}))
}

/// The scope, and what its hold says if it begins.
pub(crate) fn hold_event(scope: &Scope, hold: Option<&Hold>) -> Json {
    let mut data = Map::new();
    data.insert(scope.kind.to_string(), json!(scope.name));
    if let Some(Hold { until, reason, .. }) = hold {
        if !reason.is_empty() {
            data.insert("reason".to_owned(), json!(reason));
        }
        if let Some(until) = until.and_then(in_words) {
            data.insert("until".to_owned(), json!(until));
        }
    }
    json_of(&Value::Object(data))
}

fn in_words(time: Time) -> Option<String> {
    let time = jiff::Timestamp::from_microsecond(time.as_micros()).ok()?;
    Some(time.to_string())
}

fn json_of(value: &Value) -> Json {
    Json::from_checked(to_json(value))
}
