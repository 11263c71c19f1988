//! A submission over another one: what a launch says goes before what its template says.

use std::collections::BTreeMap;

use paceline_core::Json;
use serde_json::value::RawValue;

use crate::body;
use crate::problem::Result;

/// Fields whose members are put together instead of being replaced.
const TOGETHER: [&str; 2] = ["params", "labels"];

type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The text of the template's submission with the fields of `given` over it. Values keep their text.
pub(crate) fn over(template: &Json, given: &[u8]) -> Result<String> {
    if given.is_empty() {
        return Ok(template.as_str().to_owned());
    }
    let mut fields: Fields<'_> = body::json(template.as_str().as_bytes())?;
    let mut joined = Vec::new();
    for (name, value) in body::json::<Fields<'_>>(given)? {
        let both = fields
            .get(&name)
            .copied()
            .filter(|_| TOGETHER.contains(&&*name));
        match both.and_then(|known| together(known, value)) {
            Some(members) => joined.push((name, members)),
            None => {
                fields.insert(name, value);
            }
        }
    }
    for (name, members) in &joined {
        fields.insert(name.clone(), members);
    }
    body::to_json(&fields)
}

/// The members of both; nothing unless both are objects.
fn together(known: &RawValue, given: &RawValue) -> Option<Box<RawValue>> {
    let mut members: Fields<'_> = serde_json::from_str(known.get()).ok()?;
    members.extend(serde_json::from_str::<Fields<'_>>(given.get()).ok()?);
    serde_json::value::to_raw_value(&members).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(template: &str, given: &str) -> String {
        over(&Json::from_checked(template), given.as_bytes()).expect("merges")
    }

    #[test]
    fn fields_are_replaced_and_params_put_together() {
        let template = r#"{"task":"x","params":{"a":1.10,"b":[1]},"priority":"low"}"#;
        assert_eq!(merged(template, ""), template);
        assert_eq!(
            merged(
                template,
                r#"{"params":{"b":null,"c":"d"},"priority":"high"}"#
            ),
            r#"{"params":{"a":1.10,"b":null,"c":"d"},"priority":"high","task":"x"}"#
        );
        assert_eq!(
            merged(r#"{"task":"x"}"#, r#"{"params":{"a":1}}"#),
            r#"{"params":{"a":1},"task":"x"}"#
        );
    }
}
