//! What events say of limits and holds, the same on each database.

use paceline_core::limits::{Hold, LimitName, Setting};
use paceline_core::scope::Scope;
use paceline_core::{Json, Time};
use serde_json::{Map, Value, json};

use crate::text::to_json;

/// `{"set": {"key:dealer-7": 1, "jobs": null}, "unset": ["user:ana"]}`; null is no limit.
pub(crate) fn limits_event(changes: &[(LimitName, Setting)]) -> Json {
    let mut set = Map::new();
    let mut unset = Vec::new();
    for (name, setting) in changes {
        let most = match setting {
            Setting::Unset => {
                unset.push(Value::from(name.to_string()));
                continue;
            }
            Setting::NoLimit => Value::Null,
            Setting::AtMost(most) => Value::from(*most),
        };
        set.insert(name.to_string(), most);
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

pub(crate) fn in_words(time: Time) -> Option<String> {
    let time = jiff::Timestamp::from_microsecond(time.as_micros()).ok()?;
    Some(time.to_string())
}

pub(crate) fn json_of(value: &Value) -> Json {
    Json::from_checked(to_json(value))
}
