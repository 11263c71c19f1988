//! The HTTP client of the commands: one place that knows addresses, tokens and how a node
//! refuses. Speaks plain HTTP: a node listens on the loopback, and tunnels bring their own TLS.

mod resolve;
mod sse;

use std::fmt::Write;
use std::time::Duration;

use paceline_protocol::problem::{Code, Problem};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::exit::{CliError, Context, Exit, Result};

pub(crate) use sse::{EventReader, ServerEvent};

/// How long a node may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A node's API.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// Why a request got no answer of use.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody answers there, or the connection broke.
    Unreachable(String),
    /// The node refused.
    Problem(Box<Problem>),
    /// What answers there does not speak our API.
    Foreign(String),
}

impl Client {
    pub(crate) fn new(server: &str, token: Option<String>) -> Result<Self> {
        let base = server.trim_end_matches('/');
        if !base.starts_with("http://") {
            return Err(
                CliError::usage(format!("`{base}` is not an address of a node"))
                    .hint("write it as http://127.0.0.1:7421"),
            );
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .no_proxy()
            .build()
            .context(|| "cannot make an HTTP client".to_owned())?;
        Ok(Client {
            http,
            base: base.to_owned(),
            token,
        })
    }

    /// The node's address, as people write it.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request to a path below `/api/v1`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.root(method, &format!("/api/v1{path}"))
    }

    /// A request to a path of the node itself, such as `/ready`.
    pub(crate) fn root(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized + Sync),
    ) -> Result<T> {
        let request = self.request(Method::GET, path).query(query);
        self.send(request).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T> {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// A request that is answered without a body.
    pub(crate) async fn delete(&self, path: &str) -> Result {
        let answer = self.answer(self.request(Method::DELETE, path)).await;
        answer.map(drop).map_err(|refusal| self.told(refusal))
    }

    /// Sends and reads the answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        self.try_send(request)
            .await
            .map_err(|refusal| self.told(refusal))
    }

    /// Sends and gives the answer's body as it comes.
    pub(crate) async fn stream(&self, request: RequestBuilder) -> Result<Response> {
        self.answer(request)
            .await
            .map_err(|refusal| self.told(refusal))
    }

    /// As [`Client::send`], for those who go on after a refusal.
    pub(crate) async fn try_send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Refusal> {
        let response = self.answer(request).await?;
        let body = response.bytes().await.map_err(|error| lost(&error))?;
        serde_json::from_slice(&body).map_err(|error| Refusal::Foreign(error.to_string()))
    }

    /// The answer, if it is one of success.
    pub(crate) async fn answer(&self, request: RequestBuilder) -> Result<Response, Refusal> {
        let response = request.send().await.map_err(|error| lost(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await.map_err(|error| lost(&error))?;
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Refusal::Problem(Box::new(problem)),
            Err(_) => Refusal::Foreign(foreign(status)),
        })
    }

    /// A refusal in words, with what to do.
    pub(crate) fn told(&self, refusal: Refusal) -> CliError {
        match refusal {
            Refusal::Unreachable(why) => {
                let message = format!("cannot reach a node at {} ({why})", self.base);
                CliError::told(Exit::Unreachable, message)
                    .hint("start one with `paceline up`, or name another with --server or PACELINE_SERVER")
            }
            Refusal::Problem(problem) => told_problem(*problem),
            Refusal::Foreign(what) => {
                let message = format!("what answers at {} is no paceline node: {what}", self.base);
                CliError::told(Exit::Unreachable, message)
                    .hint("name the node with --server or PACELINE_SERVER")
            }
        }
    }
}

/// A name as a part of a path.
pub(crate) fn segment(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            // Writing to memory does not fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}

fn foreign(status: StatusCode) -> String {
    format!("it answered {status} without saying why")
}

/// The innermost cause: the outer layers only repeat the address.
fn lost(error: &reqwest::Error) -> Refusal {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Refusal::Unreachable(cause.to_string())
}

fn told_problem(problem: Problem) -> CliError {
    let mut message = problem.detail;
    for field in problem.errors.iter().skip(1) {
        message = format!("{message}\n       {}: {}", field.field, field.message);
    }
    let exit = match problem.status {
        401 | 403 | 503 => Exit::Unreachable,
        _ => Exit::Failed,
    };
    let told = CliError::told(exit, message);
    if problem.code == Code::DuplicateJob.as_str() {
        return told.hint(
            "`--on-duplicate merge` lets that job take these params over, `allow` runs both",
        );
    }
    if problem.candidates.is_empty() {
        told
    } else {
        told.hint(format!(
            "it may be one of {}",
            problem.candidates.join(", ")
        ))
    }
}
