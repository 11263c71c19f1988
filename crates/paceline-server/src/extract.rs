//! Reading what a request says: path, query and body, each with problems instead of plain text.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use bytes::Bytes;
use paceline_core::{Job, JobId};
use paceline_protocol::problem::Code;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::body;
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Shortest id prefix that is looked up.
const SHORTEST_PREFIX: usize = 4;

/// The query string. Unknown parameters are refused; one that is given several times counts as
/// its values separated by commas.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Query)
    }
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T> {
    let mut merged = BTreeMap::<String, String>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        merged
            .entry(name.into_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(merged)
        .finish();
    let pairs = form_urlencoded::parse(encoded.as_bytes());
    body::located(serde_urlencoded::Deserializer::new(pairs))
}

/// A JSON body. An empty one is read as `{}` where `T` is [`Optional`].
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        let (parts, body) = request.into_parts();
        body::expect_json(&parts.headers)?;
        let text = read(body, state).await?;
        body::json(&text).map(JsonBody)
    }
}

/// A JSON body that may be left out altogether.
#[derive(Debug)]
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for OptionalBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let text = read(body, state).await?;
        if text.is_empty() {
            return Ok(OptionalBody(T::default()));
        }
        body::expect_json(&parts.headers)?;
        body::json(&text).map(OptionalBody)
    }
}

async fn read(body: Body, state: &AppState) -> Result<Bytes> {
    let limits = state.options.limits;
    body::read(body, limits.json, limits.idle).await
}

/// The `{id}` of the path: a job's id, or a prefix that only one job has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobPath(pub(crate) JobId);

/// What the document says of it.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) struct JobIdParam {
    /// Job id, or a prefix of at least four characters that only one job has.
    #[param(example = "019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11")]
    id: String,
}

impl JobPath {
    /// The job itself.
    pub(crate) async fn load(self, state: &AppState) -> Result<Job> {
        let job = state.engine.store().job(self.0).await?;
        job.ok_or_else(|| Refusal::no_such_job(self.0))
    }
}

impl FromRequestParts<AppState> for JobPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let text = path_param(parts, state, "id").await?;
        job_id(state, &text).await.map(JobPath)
    }
}

/// The `{key}` of the path, an item's key or position.
#[derive(Clone, Debug)]
pub(crate) struct KeyPath(pub(crate) String);

impl FromRequestParts<AppState> for KeyPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        path_param(parts, state, "key").await.map(KeyPath)
    }
}

/// The `{id}` of the path as it is: an id or a name.
#[derive(Clone, Debug)]
pub(crate) struct IdPath(pub(crate) String);

impl FromRequestParts<AppState> for IdPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        path_param(parts, state, "id").await.map(IdPath)
    }
}

/// The headers of a request and the text of its JSON body.
pub(crate) async fn read_json(state: &AppState, request: Request) -> Result<(HeaderMap, Bytes)> {
    let (parts, body) = request.into_parts();
    body::expect_json(&parts.headers)?;
    Ok((parts.headers, read(body, state).await?))
}

/// The same of a body that may be left out altogether.
pub(crate) async fn read_optional(
    state: &AppState,
    request: Request,
) -> Result<(HeaderMap, Bytes)> {
    let (parts, body) = request.into_parts();
    let text = read(body, state).await?;
    if !text.is_empty() {
        body::expect_json(&parts.headers)?;
    }
    Ok((parts.headers, text))
}

/// The `{name}` of the path.
#[derive(Clone, Debug)]
pub(crate) struct NamePath(pub(crate) String);

impl FromRequestParts<AppState> for NamePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        path_param(parts, state, "name").await.map(NamePath)
    }
}

async fn path_param(parts: &mut Parts, state: &AppState, name: &str) -> Result<String> {
    let params = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|error| Refusal::new(Code::BadRequest, error.to_string()))?;
    let found = params.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, value)| value.to_owned())
        .ok_or_else(|| Refusal::new(Code::Internal, format!("the route has no `{name}`")))
}

/// The job that `text` means.
pub(crate) async fn job_id(state: &AppState, text: &str) -> Result<JobId> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let prefix = text.to_ascii_lowercase();
    let hexadecimal = prefix.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if !hexadecimal || prefix.len() < SHORTEST_PREFIX {
        return Err(Refusal::new(
            Code::NoSuchJob,
            format!(
                "`{text}` is no job id; give the UUID, or its first {SHORTEST_PREFIX} or more characters"
            ),
        ));
    }
    let found = state.engine.store().jobs_by_prefix(&prefix).await?;
    match found.as_slice() {
        [id] => Ok(*id),
        [] => Err(Refusal::no_such_job(text)),
        several => {
            let candidates: Vec<_> = several.iter().map(ToString::to_string).collect();
            let detail = format!(
                "several ids begin with `{text}`, among them {}; give more characters",
                candidates.join(" and ")
            );
            Err(Refusal::new(Code::AmbiguousId, detail).candidates(candidates))
        }
    }
}

/// Whether the caller wants server-sent events.
pub(crate) fn wants_event_stream(headers: &axum::http::HeaderMap) -> bool {
    headers
        .get(axum::http::header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"))
}

/// A parameter of a query that holds several words separated by commas.
pub(crate) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// `?wait=` of a submission, `?timeout=` of a wait.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitQuery {
    /// Answer when the job has ended, or after this time, whichever is first; at most 10m.
    #[param(value_type = Option<String>, example = "25s")]
    pub(crate) wait: Option<paceline_protocol::units::WireDuration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Params {
        state: Option<String>,
        limit: Option<u32>,
    }

    #[test]
    fn repeated_parameters_are_joined() {
        let params: Params = parse_query("state=a&limit=3&state=b%20c").expect("reads");
        let state = Some("a,b c".to_owned());
        assert_eq!(
            params,
            Params {
                state,
                limit: Some(3)
            }
        );
    }

    #[test]
    fn unknown_and_wrong_parameters_are_named() {
        for (query, code, field) in [
            ("sate=failed", "unknown_field", "sate"),
            ("limit=many", "invalid_field", "limit"),
        ] {
            let refusal = parse_query::<Params>(query).expect_err("refused");
            assert_eq!(refusal.problem().code, code, "{query}");
            assert_eq!(refusal.problem().errors[0].field, field, "{query}");
        }
    }
}
