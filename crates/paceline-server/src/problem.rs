//! Refusing requests: every error that a handler can meet becomes an RFC 9457 problem here.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use paceline_core::lifecycle;
use paceline_core::store::{Refusal as Refused, StoreError};
use paceline_protocol::problem::{Code, FieldError, Problem};

/// What handlers answer instead of what was asked for.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    problem: Problem,
    /// Seconds after which trying again makes sense.
    retry_after: Option<u32>,
}

pub(crate) type Result<T, E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    pub(crate) fn field(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem::field(code, field, message).into()
    }

    pub(crate) fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        Problem::fields(code, errors).into()
    }

    pub(crate) fn no_such_job(id: impl fmt::Display) -> Self {
        Refusal::new(
            Code::NoSuchJob,
            format!("there is no job `{id}`; it may have been deleted or cleaned up"),
        )
    }

    pub(crate) fn no_such_template(named: &str) -> Self {
        let detail = format!("there is no template `{named}`; GET /api/v1/templates lists them");
        Refusal::new(Code::NoSuchTemplate, detail)
    }

    /// What is to be replaced is no longer what was read.
    pub(crate) fn outdated(what: &str, version: i64) -> Self {
        let detail =
            format!("the {what} has version {version} by now: read it again, and change that");
        Refusal::new(Code::Outdated, detail)
    }

    /// The same about a part of the body.
    #[must_use]
    pub(crate) fn within(mut self, field: &str) -> Self {
        let problem = &mut self.0.problem;
        if let Some(first) = problem.errors.first() {
            // Most texts begin with the name of the field.
            let between = if problem.detail.starts_with(&first.field) {
                "."
            } else {
                ": "
            };
            problem.detail = format!("{field}{between}{}", problem.detail);
            for error in &mut problem.errors {
                error.field = format!("{field}.{}", error.field);
            }
        } else if problem.status == 404 {
            // What the body names is not there; the address of the request is fine.
            let detail = std::mem::take(&mut problem.detail);
            return Refusal::field(Code::InvalidField, field, detail);
        }
        self
    }

    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub(crate) fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.0.problem.candidates = candidates;
        self
    }

    #[must_use]
    fn job(mut self, address: String) -> Self {
        self.0.problem.job = Some(address);
        self
    }

    /// Trying again later may help.
    pub(crate) fn is_passing(&self) -> bool {
        self.0.retry_after.is_some()
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Refusal(Box::new(Parts {
            problem,
            retry_after: None,
        }))
    }
}

impl From<lifecycle::Refused> for Refusal {
    fn from(refused: lifecycle::Refused) -> Self {
        Refusal::new(Code::WrongState, refused.to_string())
    }
}

/// The code and the words for a job that an action did not change.
pub(crate) fn refused_code(refusal: &Refused) -> (Code, String) {
    match refusal {
        Refused::NotFound => (Code::NoSuchJob, Code::NoSuchJob.title().to_owned()),
        Refused::State(refused) => (Code::WrongState, refused.to_string()),
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Unavailable(_) | StoreError::Injected(_) | StoreError::InUse(_) => {
                Refusal::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            StoreError::Full => Refusal::new(Code::StoreFull, detail).retry_after(5),
            StoreError::DuplicateKey { second, .. } => {
                Refusal::field(Code::DuplicateKey, format!("items[{second}].key"), detail)
            }
            StoreError::Duplicate(id) => {
                let address = format!("/api/v1/jobs/{id}");
                Refusal::new(Code::DuplicateJob, detail).job(address)
            }
            StoreError::NoSuchParent(_) => Refusal::field(Code::InvalidField, "after", detail),
            StoreError::TooManyItems { .. } => Refusal::field(Code::TooMany, "items", detail),
            StoreError::NotFound("schedule") => Refusal::new(Code::NoSuchSchedule, detail),
            StoreError::NotFound("template") => Refusal::new(Code::NoSuchTemplate, detail),
            StoreError::NameTaken { .. } => Refusal::new(Code::NameTaken, detail),
            StoreError::NotFound("item") => Refusal::new(Code::NoSuchItem, detail),
            StoreError::NotFound(_) => Refusal::new(Code::NoSuchJob, detail),
            StoreError::Corrupt(_) | StoreError::TooNew { .. } => {
                Refusal::new(Code::StoreDamaged, detail)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Parts {
            problem,
            retry_after,
        } = *self.0;
        if problem.code == Code::Starting.as_str() {
            // What clients wait for: nothing is wrong.
            tracing::debug!(detail = problem.detail, "workers are still starting");
        } else if problem.status >= 500 {
            tracing::warn!(
                code = problem.code,
                detail = problem.detail,
                "request failed"
            );
        }
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What a handler that panicked answers.
#[expect(clippy::needless_pass_by_value, reason = "the layer gives it so")]
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "a request handler panicked; this is a bug");
    Refusal::new(
        Code::Internal,
        "this is a bug in Paceline; the server's log has the particulars",
    )
    .into_response()
}
