//! What a submission says of earlier results: whether one will do, and how old it may be.

use paceline_core::Json;
use paceline_core::cache::{Caching, Fingerprint};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{ItemLine, JobRequest};
use serde_json::{Map, Value};

use super::Place;
use super::known::Known;
use super::work_digest::WorkDigest;
use crate::problem::{Refusal, Result};

/// Nothing for a job that neither asks for an earlier result nor is of a task that does.
pub(super) fn settle(
    request: &JobRequest<'_>,
    known: &Known,
    params: &Json,
    place: Place,
) -> Result<Option<Caching>> {
    let age = request.cache_for.or(known.same_work.cache_for);
    let Some(age) = age else {
        return Ok(None);
    };
    let params: Map<String, Value> = serde_json::from_str(params.as_str()).map_err(|error| {
        let field = format!("{place}params");
        Refusal::field(Code::InvalidParams, field, error.to_string())
    })?;
    let version = known.same_work.version.as_deref().unwrap_or_default();
    let items = request.items.as_deref();
    let forced = request.force == Some(true);
    Ok(Some(Caching {
        fingerprint: fingerprint(&request.task, version, params, items),
        max_age: (!forced).then_some(age.0),
    }))
}

fn fingerprint(
    task: &str,
    version: &str,
    params: Map<String, Value>,
    items: Option<&[ItemLine<'_>]>,
) -> Fingerprint {
    let digest = WorkDigest::of(task, version).params(params).items(items);
    Fingerprint(digest.end())
}

/// The items of a stream come too late to look for an answer.
pub(super) fn check_streamed(request: &JobRequest<'_>) -> Result<()> {
    if request.cache_for.is_none() {
        return Ok(());
    }
    let message = "the items of a stream are not known in time: leave it out, or send the items \
                   with the job";
    Err(Refusal::field(Code::InvalidField, "cache_for", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_version_params_and_items_count() {
        let of = |task, version, params: &str, items: Option<&'static str>| {
            let params = serde_json::from_str(params).expect("an object");
            let items: Option<Vec<ItemLine<'static>>> =
                items.map(|text| serde_json::from_str(text).expect("items"));
            fingerprint(task, version, params, items.as_deref())
        };
        let one = of("t", "1", r#"{"a":1,"b":2}"#, None);
        assert_eq!(one, of("t", "1", r#"{"b":2,"a":1}"#, None));
        for other in [
            of("u", "1", r#"{"a":1,"b":2}"#, None),
            of("t", "2", r#"{"a":1,"b":2}"#, None),
            of("t1", "", r#"{"a":1,"b":2}"#, None),
            of("t", "1", r#"{"a":1}"#, None),
            of("t", "1", r#"{"a":1,"b":2}"#, Some("[]")),
            of("t", "1", r#"{"a":1,"b":2}"#, Some(r#"[{"key":"x"}]"#)),
        ] {
            assert_ne!(one, other);
        }
        let items = |text| of("t", "1", "{}", Some(text));
        assert_ne!(
            items(r#"[{"key":"x","payload":1}]"#),
            items(r#"[{"key":"x","payload":2}]"#)
        );
    }
}
