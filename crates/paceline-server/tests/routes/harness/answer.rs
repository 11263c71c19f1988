//! What a server answered, and what is said of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Answer {
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a body"),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The problem with this code, checked for all that every problem must have.
    #[track_caller]
    pub(crate) fn problem(&self, code: &str) -> Value {
        let content_type = self.header("content-type");
        assert_eq!(content_type, "application/problem+json", "{}", self.text);
        let problem: Value = serde_json::from_str(&self.text).expect("JSON");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], self.status, "{problem}");
        let page = format!("https://paceline.dev/errors/{}", code.replace('_', "-"));
        assert_eq!(problem["type"], page, "{problem}");
        for text in ["title", "detail"] {
            let text = problem[text].as_str().expect("text");
            assert!(!text.is_empty(), "{problem}");
        }
        if self.status == 503 {
            assert!(
                !self.header("retry-after").is_empty(),
                "503 without Retry-After"
            );
        }
        problem
    }

    /// The problem with this code at this field.
    #[track_caller]
    pub(crate) fn field_problem(&self, code: &str, field: &str) -> Value {
        let problem = self.problem(code);
        let errors = problem["errors"].as_array();
        let fields: Vec<_> = errors
            .into_iter()
            .flatten()
            .filter_map(|error| error["field"].as_str())
            .collect();
        assert!(fields.contains(&field), "no error at `{field}`: {problem}");
        problem
    }
}
