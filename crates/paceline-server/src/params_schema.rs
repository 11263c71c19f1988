//! Checking params against the JSON schema that a task declares.
//!
//! Owns the part of JSON schema that type hints give: `type`, `properties`, `required`,
//! `additionalProperties: false`, `items`, `enum`, `const`, `anyOf`, `oneOf` (read as `anyOf`),
//! `allOf`, `minimum`, `maximum`, `minLength`, `maxLength`, `minItems`, `maxItems` and local
//! `$ref`s. Other keywords are not checked: the handler has the last word.

use paceline_protocol::problem::FieldError;
use serde_json::Value;

/// Deepest nesting of schemas that is followed, so that a schema that refers to itself ends.
const DEEPEST: u32 = 64;
/// Faults that are told at most.
const MOST_FAULTS: usize = 20;

/// What is wrong with `params`; nothing when they fit.
pub(crate) fn faults(schema: &Value, params: &Value) -> Vec<FieldError> {
    let mut check = Check {
        root: schema,
        faults: Vec::new(),
    };
    check.value(schema, params, "params", DEEPEST);
    check.faults.truncate(MOST_FAULTS);
    check.faults
}

struct Check<'s> {
    root: &'s Value,
    faults: Vec<FieldError>,
}

impl<'s> Check<'s> {
    fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.faults.push(FieldError::new(path, message));
    }

    fn value(&mut self, schema: &'s Value, value: &Value, path: &str, depth: u32) {
        let Some(schema) = schema.as_object() else {
            return;
        };
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        if let Some(target) = schema.get("$ref").and_then(|target| self.resolve(target)) {
            self.value(target, value, path, depth);
        }
        if let Some(wanted) = schema.get("type")
            && !is_of_type(wanted, value)
        {
            let message = format!("must be {}, not {}", type_words(wanted), type_of(value));
            return self.fault(path, message);
        }
        self.choices(schema, value, path, depth);
        self.bounds(schema, value, path);
        match value {
            Value::Object(members) => self.object(schema, members, path, depth),
            Value::Array(elements) => self.array(schema, elements, path, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn resolve(&self, target: &Value) -> Option<&'s Value> {
        let pointer = target.as_str()?.strip_prefix('#')?;
        self.root.pointer(pointer)
    }

    fn choices(
        &mut self,
        schema: &'s serde_json::Map<String, Value>,
        value: &Value,
        path: &str,
        depth: u32,
    ) {
        if let Some(Value::Array(allowed)) = schema.get("enum")
            && !allowed.contains(value)
        {
            let allowed: Vec<_> = allowed.iter().map(Value::to_string).collect();
            self.fault(path, format!("must be one of {}", allowed.join(", ")));
        }
        if let Some(only) = schema.get("const")
            && only != value
        {
            self.fault(path, format!("must be {only}"));
        }
        for all in subschemas(schema, "allOf") {
            self.value(all, value, path, depth);
        }
        for keyword in ["anyOf", "oneOf"] {
            let mut nearest: Option<Vec<FieldError>> = None;
            for option in subschemas(schema, keyword) {
                let mut attempt = Check {
                    root: self.root,
                    faults: Vec::new(),
                };
                attempt.value(option, value, path, depth);
                if nearest
                    .as_ref()
                    .is_none_or(|known| attempt.faults.len() < known.len())
                {
                    nearest = Some(attempt.faults);
                }
            }
            self.faults.extend(nearest.unwrap_or_default());
        }
    }

    fn bounds(&mut self, schema: &serde_json::Map<String, Value>, value: &Value, path: &str) {
        let (measured, what, least, most) = match value {
            Value::Number(number) => (number.as_f64(), "", "minimum", "maximum"),
            Value::String(text) => (
                Some(length(text.chars().count())),
                " characters",
                "minLength",
                "maxLength",
            ),
            Value::Array(elements) => (
                Some(length(elements.len())),
                " elements",
                "minItems",
                "maxItems",
            ),
            Value::Null | Value::Bool(_) | Value::Object(_) => return,
        };
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        if let (Some(found), Some(least)) = (measured, bound(least))
            && found < least
        {
            self.fault(path, format!("must be at least {least}{what}, not {found}"));
        }
        if let (Some(found), Some(most)) = (measured, bound(most))
            && found > most
        {
            self.fault(path, format!("must be at most {most}{what}, not {found}"));
        }
    }

    fn object(
        &mut self,
        schema: &'s serde_json::Map<String, Value>,
        members: &serde_json::Map<String, Value>,
        path: &str,
        depth: u32,
    ) {
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.fault(&format!("{path}.{name}"), "is required");
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, member) in members {
            let path = format!("{path}.{name}");
            match properties.and_then(|known| known.get(name)) {
                Some(property) => self.value(property, member, &path, depth),
                None if closed => self.fault(&path, "is not known to the task"),
                None => {}
            }
        }
    }

    fn array(
        &mut self,
        schema: &'s serde_json::Map<String, Value>,
        elements: &[Value],
        path: &str,
        depth: u32,
    ) {
        let Some(each) = schema.get("items") else {
            return;
        };
        for (index, element) in elements.iter().enumerate() {
            if self.faults.len() >= MOST_FAULTS {
                return;
            }
            self.value(each, element, &format!("{path}[{index}]"), depth);
        }
    }
}

fn subschemas<'s>(
    schema: &'s serde_json::Map<String, Value>,
    keyword: &str,
) -> impl Iterator<Item = &'s Value> + use<'s> {
    let list = schema.get(keyword).and_then(Value::as_array);
    list.into_iter().flatten()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "lengths of JSON texts are far smaller"
)]
fn length(count: usize) -> f64 {
    count as f64
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::Array(any) => any.iter().any(|wanted| is_of_type(wanted, value)),
        Value::String(wanted) => match wanted.as_str() {
            "integer" => is_integer(value),
            "number" => value.is_number(),
            wanted => wanted == type_of(value),
        },
        _ => true,
    }
}

/// JSON schema takes 1.0 as an integer.
fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn type_words(wanted: &Value) -> String {
    match wanted {
        Value::Array(any) => {
            let words: Vec<_> = any.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        wanted => wanted.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(schema: &Value, params: &Value) -> Vec<String> {
        let faults = faults(schema, params);
        faults.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn what_type_hints_say_is_checked() {
        let schema = json!({
            "type": "object",
            "required": ["model"],
            "properties": {
                "model": {"type": "string"},
                "count": {"type": "integer", "minimum": 1},
                "mode": {"enum": ["fast", "exact"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "limit": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                "nested": {"$ref": "#/$defs/nested"},
            },
            "additionalProperties": false,
            "$defs": {"nested": {"type": "object", "required": ["x"]}},
        });
        let fits = json!({"model": "a", "count": 2.0, "mode": "fast", "tags": ["x"], "limit": null, "nested": {"x": 1}});
        assert_eq!(fields(&schema, &fits), Vec::<String>::new());
        let wrong = json!({"count": 0, "mode": "slow", "tags": ["x", 3], "limit": "no", "nested": {}, "more": 1});
        assert_eq!(
            fields(&schema, &wrong),
            [
                "params.model",
                "params.count",
                "params.limit",
                "params.mode",
                "params.more",
                "params.nested.x",
                "params.tags[1]"
            ]
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#"});
        assert_eq!(fields(&schema, &json!({})), Vec::<String>::new());
    }

    #[test]
    fn messages_say_what_is_wanted() {
        let schema = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}});
        let faults = faults(&schema, &json!({"a": 1}));
        assert_eq!(faults[0].message, "must be string or null, not number");
    }
}
