//! What identifies the work of a submission: the params that its task names, as a digest.

use paceline_core::Json;
use paceline_core::links::Wanted;
use paceline_core::merge::{Identity, OnDuplicate};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{ItemLine, JobRequest};
use serde_json::{Map, Value};

use super::Place;
use super::known::Known;
use super::work_digest::WorkDigest;
use crate::problem::{Refusal, Result};

/// What is wanted of other jobs, with the policy that applies and the identity where it asks for one.
///
/// A task that names its identity has its duplicates merged unless the submission says otherwise.
/// Without such names all params are the identity, and the items that stand in the submission.
pub(super) fn settle(
    request: &JobRequest<'_>,
    (known, brings_items): (&Known, bool),
    params: &Json,
    links: Wanted,
    place: Place,
) -> Result<Wanted> {
    let usual = match known.same_work.identity {
        Some(_) => OnDuplicate::Merge,
        None => OnDuplicate::Allow,
    };
    let on_duplicate = request.on_duplicate.map_or(usual, |word| word.0);
    if on_duplicate == OnDuplicate::Allow {
        return Ok(links);
    }
    let params: Map<String, Value> = serde_json::from_str(params.as_str()).map_err(|error| {
        let field = format!("{place}params");
        Refusal::field(Code::InvalidParams, field, error.to_string())
    })?;
    let identity = match &known.same_work.identity {
        // Of items alone nobody knows whether they are the same work: none may get lost.
        Some(names)
            if request.on_duplicate.is_none() && brings_items && unnamed(names, &params) =>
        {
            return Ok(links);
        }
        Some(names) => digest(&request.task, named(names, params), None),
        None => digest(&request.task, params, request.items.as_deref()),
    };
    Ok(Wanted {
        identity: Some(identity),
        on_duplicate,
        ..links
    })
}

/// A streamed submission shows its items after this: what it works on must be known before.
pub(super) fn check_streamed(request: &JobRequest<'_>, known: &Known) -> Result<()> {
    let asks = request
        .on_duplicate
        .is_some_and(|word| word.0 != OnDuplicate::Allow);
    if asks && known.same_work.identity.is_none() {
        let message = "the task does not name the params that identify its work (`identity`), and \
             the items of a stream cannot; leave it out, or declare them";
        return Err(Refusal::field(Code::InvalidField, "on_duplicate", message));
    }
    Ok(())
}

/// Whether none of the names is given a value.
fn unnamed(names: &[String], params: &Map<String, Value>) -> bool {
    !names.is_empty() && !names.iter().any(|name| params.contains_key(name))
}

/// A param that is missing counts as null.
fn named(names: &[String], mut params: Map<String, Value>) -> Map<String, Value> {
    let value = |name: &String| (name.clone(), params.remove(name).unwrap_or(Value::Null));
    names.iter().map(value).collect()
}

fn digest(task: &str, params: Map<String, Value>, items: Option<&[ItemLine<'_>]>) -> Identity {
    Identity(WorkDigest::of(task, "").params(params).items(items).end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("an object")
    }

    fn identity(names: &[&str], task: &str, params: &str) -> Identity {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        digest(task, named(&names, object(params)), None)
    }

    #[test]
    fn only_the_named_params_count() {
        let named = ["sku", "method"];
        let one = identity(
            &named,
            "t",
            r#"{"sku":{"a":1,"b":[2]},"method":"x","day":1}"#,
        );
        let same = identity(
            &named,
            "t",
            r#"{"day":2, "method":"x", "sku":{"b":[2],"a":1}}"#,
        );
        assert_eq!(one, same);
        let other_task = r#"{"sku":{"a":1,"b":[2]},"method":"x"}"#;
        assert_ne!(one, identity(&named, "u", other_task));
        let other_method = r#"{"sku":{"a":1,"b":[2]},"method":"y"}"#;
        assert_ne!(one, identity(&named, "t", other_method));
        let missing = identity(&named, "t", r#"{"sku":1}"#);
        let null = identity(&named, "t", r#"{"sku":1,"method":null}"#);
        assert_eq!(missing, null);
        assert_eq!(identity(&[], "t", "{}"), identity(&[], "t", r#"{"a":1}"#));
    }

    #[test]
    fn without_names_all_params_count_and_the_items() {
        let one = digest("t", object(r#"{"a":1,"b":2}"#), None);
        assert_eq!(one, digest("t", object(r#"{"b":2,"a":1}"#), None));
        assert_ne!(one, digest("t", object(r#"{"a":1}"#), None));
        let lines = |text: &'static str| -> Vec<ItemLine<'static>> {
            serde_json::from_str(text).expect("items")
        };
        let items = |text| digest("t", object("{}"), Some(&lines(text)));
        assert_eq!(items(r#"[{"key":"a"}]"#), items(r#"[{"key":"a"}]"#));
        assert_ne!(items(r#"[{"key":"a"}]"#), items(r#"[{"key":"b"}]"#));
        let parts = items(r#"[{"key":"ab"},{"key":"c"}]"#);
        assert_ne!(parts, items(r#"[{"key":"a"},{"key":"bc"}]"#));
    }
}
