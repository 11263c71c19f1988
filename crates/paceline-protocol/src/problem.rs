//! Errors on the wire: RFC 9457 problems with stable codes.
//!
//! Owns the one table of codes, with the status and title of each. What a particular request did
//! wrong is said by whoever refuses it; each code has a page in `docs/errors`.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Where the pages of the codes are found.
pub const ERRORS_URL: &str = "https://paceline.dev/errors/";

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $status:literal, $title:literal;)+) => {
        /// What went wrong, as a program may test it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $word),+ }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status),+ }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),+ }
            }
        }
    };
}

codes! {
    NotJson = "not_json", 400, "The body is not JSON";
    BadRequest = "bad_request", 400, "The request is malformed";
    HostNotAllowed = "host_not_allowed", 403, "This server does not answer to that host name";
    CrossOrigin = "cross_origin", 403, "Another site may not change anything here";
    NoSuchRoute = "no_such_route", 404, "There is nothing at this address";
    NoSuchJob = "no_such_job", 404, "There is no such job";
    NoSuchItem = "no_such_item", 404, "There is no such item";
    NoSuchTask = "no_such_task", 404, "There is no such task";
    NoSuchNode = "no_such_node", 404, "There is no such node";
    NoSuchQueue = "no_such_queue", 404, "There is no such queue";
    NoSuchBatch = "no_such_batch", 404, "There is no such batch";
    NoSuchSchedule = "no_such_schedule", 404, "There is no such schedule";
    NoSuchTemplate = "no_such_template", 404, "There is no such template";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method";
    BodyTimeout = "body_timeout", 408, "The body did not arrive in time";
    WrongState = "wrong_state", 409, "The job's state forbids this";
    AmbiguousId = "ambiguous_id", 409, "The id fits several";
    NameTaken = "name_taken", 409, "The name is in use";
    DuplicateJob = "duplicate_job", 409, "A job that has not ended does the same work";
    Outdated = "outdated", 409, "Somebody else changed it since";
    ResultsExpired = "results_expired", 410, "The results are past their time";
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    WrongContentType = "wrong_content_type", 415, "The content type is not taken here";
    UnknownField = "unknown_field", 422, "A field or parameter is unknown";
    InvalidField = "invalid_field", 422, "A field or parameter has a wrong value";
    InvalidParams = "invalid_params", 422, "The params do not fit the task's schema";
    DuplicateKey = "duplicate_key", 422, "An item key occurs twice";
    DependencyCycle = "dependency_cycle", 422, "A job cannot wait for itself or for a later one";
    NeedsItems = "needs_items", 422, "The task works on items, and the job has none";
    UnknownTask = "unknown_task", 422, "No worker has declared this task";
    TooMany = "too_many", 422, "There are too many of them";
    NotConfirmed = "not_confirmed", 422, "This needs a confirmation";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key belongs to another request";
    /// A bug: nothing that a caller sends should lead here.
    Internal = "internal", 500, "The server failed";
    StoreDamaged = "store_damaged", 500, "The store is damaged";
    InProgress = "in_progress", 503, "The same request is being carried out";
    Starting = "starting", 503, "Workers are still starting";
    Stopping = "stopping", 503, "The server is stopping";
    StoreUnavailable = "store_unavailable", 503, "The store cannot be reached";
    StoreFull = "store_full", 503, "The disk is full";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Code {
    /// The address of the code's page, which is the problem's `type`.
    pub fn url(self) -> String {
        format!("{ERRORS_URL}{}", self.as_str().replace('_', "-"))
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(words))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "ErrorCode".into()
    }
}

/// An error as RFC 9457 has it, with a stable `code` and, where fields are wrong, which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Address of the page that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "https://paceline.dev/errors/unknown-task")]
    pub kind: String,
    /// The code in words, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened this time, why, and what to do.
    pub detail: String,
    /// Stable; programs test this.
    #[schema(value_type = Code)]
    pub code: String,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The jobs that an ambiguous id prefix may mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// The job that is in the way: its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/jobs/019d0f3a-7b1c-7000-8000-000000000001")]
    pub job: Option<String>,
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path from the body's root, such as `items[3].key`, or the name of a parameter.
    #[schema(example = "items[3].key")]
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem {
            kind: code.url(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code: code.as_str().to_owned(),
            errors: Vec::new(),
            candidates: Vec::new(),
            job: None,
        }
    }

    /// A problem with one or more fields; the detail names the first.
    pub fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(String::new, |first| {
            let more = match errors.len() {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            format!("{}: {}{more}", first.field, first.message)
        });
        Problem {
            errors,
            ..Problem::new(code, detail)
        }
    }

    pub fn field(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem::fields(code, vec![FieldError::new(field, message)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_the_contract_shows() {
        let problem = Problem::field(Code::DuplicateKey, "items[3].key", "`r1` occurs twice");
        let json = serde_json::to_value(&problem).expect("writes");
        let expected = serde_json::json!({
            "type": "https://paceline.dev/errors/duplicate-key",
            "title": "An item key occurs twice",
            "status": 422,
            "detail": "items[3].key: `r1` occurs twice",
            "code": "duplicate_key",
            "errors": [{"field": "items[3].key", "message": "`r1` occurs twice"}],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn codes_are_distinct_and_their_status_is_an_error() {
        let words: std::collections::BTreeSet<_> =
            Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| (400..600).contains(&code.status()))
        );
    }
}
