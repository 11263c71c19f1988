//! Reading request bodies within their limits, and JSON with errors that name the field.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use paceline_protocol::problem::{Code, FieldError};
use serde::{Deserialize, Deserializer, Serialize};

use crate::problem::{Refusal, Result};

/// Most bytes of a body that is too large which are still read and dropped, so that a client that
/// writes before it reads gets to see the answer.
const LINGER_BYTES: usize = 64 << 20;
const LINGER_TIME: Duration = Duration::from_secs(2);

/// The whole body, at most `limit` bytes of it.
pub(crate) async fn read(body: Body, limit: usize, idle: Duration) -> Result<Bytes> {
    let mut stream = body.into_data_stream();
    let Some(first) = next_frame(&mut stream, idle).await? else {
        return Ok(Bytes::new());
    };
    let mut whole = BytesMut::from(first);
    while whole.len() <= limit {
        match next_frame(&mut stream, idle).await? {
            Some(frame) => whole.extend_from_slice(&frame),
            None => return Ok(whole.freeze()),
        }
    }
    linger(stream).await;
    Err(Refusal::new(
        Code::BodyTooLarge,
        format!(
            "the body is larger than {limit} bytes; stream items as application/x-ndjson, or send less at once"
        ),
    ))
}

/// The next piece of a body that is still arriving.
pub(crate) async fn next_frame(
    stream: &mut BodyDataStream,
    idle: Duration,
) -> Result<Option<Bytes>> {
    match tokio::time::timeout(idle, stream.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
        Ok(Some(Err(error))) => Err(Refusal::new(
            Code::BadRequest,
            format!("the body broke off: {error}"),
        )),
        Err(_) => Err(Refusal::new(
            Code::BodyTimeout,
            format!("nothing of the body arrived for {idle:?}; send it without long pauses"),
        )),
    }
}

/// Reads on for a moment, so that the client is not cut off while it writes.
pub(crate) async fn linger(mut stream: BodyDataStream) {
    let drain = async {
        let mut left = LINGER_BYTES;
        while let Some(Ok(frame)) = stream.next().await {
            left = left.saturating_sub(frame.len());
            if left == 0 {
                return;
            }
        }
    };
    // A client that is slower than this has to do without the answer.
    let _ = tokio::time::timeout(LINGER_TIME, drain).await;
}

/// The media type without its parameters, in lower case.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

/// Refuses bodies that are compressed: they would be read as garbage.
pub(crate) fn expect_plain(headers: &HeaderMap) -> Result<()> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Refusal::new(
            Code::WrongContentType,
            "the body is compressed; send it as it is, without `Content-Encoding`",
        )),
        Some(_) | None => Ok(()),
    }
}

/// Refuses bodies that say they are something else than JSON.
pub(crate) fn expect_json(headers: &HeaderMap) -> Result<()> {
    expect_plain(headers)?;
    let given = content_type(headers);
    match given.as_deref() {
        Some("application/json") => Ok(()),
        Some(other) if other.starts_with("application/") && other.ends_with("+json") => Ok(()),
        other => Err(Refusal::new(
            Code::WrongContentType,
            format!(
                "the body is said to be {}; send JSON with `Content-Type: application/json`",
                other.map_or_else(|| "of no type".to_owned(), |other| format!("`{other}`")),
            ),
        )),
    }
}

/// Reads JSON. Errors of syntax are told with line and column, errors of content with the field.
pub(crate) fn json<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T> {
    match serde_json::from_slice(text) {
        Ok(value) => Ok(value),
        Err(error) if error.is_data() => Err(data_refusal::<T>(text)),
        Err(error) => Err(Refusal::new(Code::NotJson, syntax(text, &error))),
    }
}

/// Writes JSON.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// Reads once more, slower, to learn where the error is.
fn data_refusal<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Refusal {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    match located::<T, _>(&mut deserializer) {
        Err(refusal) => refusal,
        // The first reading failed, so the second does, unless the error is in the path tracking.
        Ok(_) => Refusal::new(Code::InvalidField, "the body has a wrong value"),
    }
}

fn syntax(text: &[u8], error: &serde_json::Error) -> String {
    if text.is_empty() {
        return "the body is empty; a JSON object is expected".to_owned();
    }
    format!("{error}")
}

/// Reads a value, and on an error says which field is wrong.
pub(crate) fn located<'de, T, D>(deserializer: D) -> Result<T>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
    D::Error: std::fmt::Display,
{
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "" } else { &path };
        let (code, fault) = field_error(path, &error.inner().to_string());
        Refusal::fields(code, vec![fault])
    })
}

/// Tells an unknown or missing field from a wrong value by serde's words, and names it.
fn field_error(path: &str, message: &str) -> (Code, FieldError) {
    let message = without_position(message);
    let quoted = |start: &str| {
        let rest = message.strip_prefix(start)?;
        rest.split_once('`').map(|(name, _)| name)
    };
    let join = |name: &str| match path {
        "" => name.to_owned(),
        _ if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = quoted("unknown field `") {
        return (Code::UnknownField, FieldError::new(join(name), message));
    }
    let named = quoted("missing field `").or_else(|| quoted("duplicate field `"));
    let field = match named {
        Some(name) => join(name),
        None if path.is_empty() => "body".to_owned(),
        None => path.to_owned(),
    };
    (Code::InvalidField, FieldError::new(field, message))
}

/// The error of `serde_json` ends with ` at line 1 column 5`, which says less than the field.
fn without_position(message: &str) -> &str {
    match message.rfind(" at line ") {
        Some(at) => &message[..at],
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use paceline_protocol::rest::{BulkRequest, JobRequest};

    use super::*;

    fn fault<'a, T: Deserialize<'a> + std::fmt::Debug>(text: &'a str) -> (String, String) {
        let refusal = json::<T>(text.as_bytes()).expect_err("refused");
        let problem = refusal.problem().clone();
        let field = problem.errors.first().map(|error| error.field.clone());
        (problem.code, field.unwrap_or(problem.detail))
    }

    #[test]
    fn errors_name_the_field() {
        for (text, code, field) in [
            (r#"{"task":"x","tsk":1}"#, "unknown_field", "tsk"),
            (r#"{"params":{}}"#, "invalid_field", "task"),
            (r#"{"task":7}"#, "invalid_field", "task"),
            (r#"{"task":"x","task":"y"}"#, "invalid_field", "task"),
            (
                r#"{"task":"x","items":[{"key":1}]}"#,
                "invalid_field",
                "items[0].key",
            ),
            (
                r#"{"task":"x","items":[{},{"kee":1}]}"#,
                "unknown_field",
                "items[1].kee",
            ),
            (
                r#"{"task":"x","retry":{"tries":1}}"#,
                "unknown_field",
                "retry.tries",
            ),
            (
                r#"{"task":"x","item_timeout":"soon"}"#,
                "invalid_field",
                "item_timeout",
            ),
            ("[]", "invalid_field", "body"),
            ("7", "invalid_field", "body"),
        ] {
            let found = fault::<JobRequest<'_>>(text);
            assert_eq!(found, (code.to_owned(), field.to_owned()), "{text}");
        }
        let found = fault::<BulkRequest<'_>>(r#"{"jobs":[{"task":"x"},{"task":"y","prio":1}]}"#);
        assert_eq!(
            found,
            ("unknown_field".to_owned(), "jobs[1].prio".to_owned())
        );
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        for text in ["", "{", "{'task':1}", "nope", r#"{"task":"x"}}"#] {
            assert_eq!(fault::<JobRequest<'_>>(text).0, "not_json", "{text}");
        }
    }
}
