//! The HTTP API as any client uses it: JSON in, JSON out.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::wait;

#[derive(Clone, Debug)]
pub struct Api {
    root: String,
    http: Client,
}

/// What a request was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// `null` when the body is empty, a string when it is no JSON.
    pub body: Value,
    pub retry_after: Option<String>,
}

impl Answer {
    /// The body of a success.
    ///
    /// # Panics
    /// When the request was refused.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "refused: {self:?}");
        self.body
    }
}

/// # Panics
/// Each request panics when the node cannot be reached: the test has failed.
impl Api {
    pub(crate) fn new(root: String) -> Self {
        let http = Client::builder()
            .timeout(Duration::from_mins(5))
            .build()
            .expect("an HTTP client");
        Api { root, http }
    }

    /// `http://127.0.0.1:PORT`
    pub fn root(&self) -> &str {
        &self.root
    }

    pub fn http(&self) -> &Client {
        &self.http
    }

    /// The address of a path below `/api/v1`.
    pub fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.root)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    /// A path that is not below `/api/v1`: `/health`, `/ready`, `/metrics`.
    pub async fn root_get(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.root)))
            .await
    }

    pub async fn health(&self) -> Answer {
        self.root_get("/health").await
    }

    pub async fn ready(&self) -> Answer {
        self.root_get("/ready").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    /// A request without a body: `POST /jobs/{id}/cancel`, `DELETE /jobs/{id}`.
    pub async fn call(&self, method: Method, path: &str) -> Answer {
        self.send(self.http.request(method, self.url(path))).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the node answers");
        let status = response.status();
        let retry_after = response
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().expect("text").to_owned());
        let text = response.text().await.expect("a whole body");
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
        Answer {
            status,
            body,
            retry_after,
        }
    }

    /// Submits a job and returns its id. Waits for workers that are still starting.
    pub async fn submit(&self, job: &Value) -> String {
        let (answer, _) = wait::until(
            "the task to be declared",
            Duration::from_secs(30),
            || async {
                let answer = self.post("/jobs", job).await;
                (answer.status != StatusCode::SERVICE_UNAVAILABLE).then_some(answer)
            },
        )
        .await;
        text(&answer.ok(), "id")
    }

    pub async fn job(&self, id: &str) -> Value {
        self.get(&format!("/jobs/{id}")).await.ok()
    }

    /// `pause`, `resume`, `cancel`, `retry`, `restart`.
    pub async fn act(&self, id: &str, action: &str) -> Answer {
        self.call(Method::POST, &format!("/jobs/{id}/{action}"))
            .await
    }

    /// Waits until the job satisfies `wanted`.
    pub async fn job_until(
        &self,
        id: &str,
        what: &str,
        most: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let start = Instant::now();
        loop {
            let job = self.job(id).await;
            if wanted(&job) {
                return job;
            }
            assert!(
                start.elapsed() < most,
                "waited {most:?} in vain for {what}: {job}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the job has ended, however.
    pub async fn ended(&self, id: &str, most: Duration) -> Value {
        self.job_until(id, "the job to end", most, |job| {
            ["completed", "failed", "cancelled"].contains(&state(job))
        })
        .await
    }

    /// All items of a job, page by page.
    pub async fn items(&self, id: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/jobs/{id}/items?limit=500{cursor}");
            let mut page = self.get(&path).await.ok();
            match page["items"].take() {
                Value::Array(found) => items.extend(found),
                other => panic!("no list of items: {other}"),
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Keys of the items that are recorded in this state now.
    pub async fn keys(&self, id: &str, state: &str) -> Vec<String> {
        let items = self.items(id).await;
        items
            .iter()
            .filter(|item| item["state"] == state)
            .map(|item| text(item, "key"))
            .collect()
    }
}

/// A field that must be a string.
///
/// # Panics
/// When it is none.
pub fn text(value: &Value, field: &str) -> String {
    let found = value[field].as_str();
    found
        .unwrap_or_else(|| panic!("no `{field}` in {value}"))
        .to_owned()
}

pub fn state(job: &Value) -> &str {
    job["state"].as_str().unwrap_or_default()
}

/// A number of the job's progress: `done`, `succeeded`, …
///
/// # Panics
/// When the job has none.
pub fn progress(job: &Value, field: &str) -> u64 {
    job["progress"][field]
        .as_u64()
        .unwrap_or_else(|| panic!("no progress.{field} in {job}"))
}
