//! Notifications in words and as webhooks carry them.

use paceline_core::event::EventKind;
use paceline_core::notify::News;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::WireJson;
use crate::units::WireTime;
use crate::words::{WireEventKind, WireJobId, WireJobState};

/// The body of a webhook, as Standard Webhooks advises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookBody {
    #[serde(rename = "type")]
    pub kind: WireEventKind,
    pub timestamp: WireTime,
    pub data: NewsView,
}

impl From<&News> for WebhookBody {
    fn from(news: &News) -> Self {
        WebhookBody {
            kind: WireEventKind(news.kind),
            timestamp: WireTime(news.at),
            data: NewsView::from(news),
        }
    }
}

/// What somebody is told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = News)]
pub struct NewsView {
    /// Number of the event.
    pub event: i64,
    #[schema(example = "predict_race-20261122-101530-k3f failed")]
    pub title: String,
    /// What went wrong, or how it ended.
    pub message: Option<String>,
    pub job: Option<WireJobId>,
    pub name: Option<String>,
    pub task: Option<String>,
    pub batch: Option<String>,
    pub user: Option<String>,
    pub state: Option<WireJobState>,
    /// The event's own particulars: counters, an error, an alert.
    #[schema(value_type = Object)]
    pub details: WireJson,
}

impl From<&News> for NewsView {
    fn from(news: &News) -> Self {
        let News {
            seq,
            at: _,
            kind: _,
            job,
            name,
            task,
            batch,
            user,
            state,
            data,
        } = news;
        NewsView {
            event: seq.0,
            title: title(news),
            message: message(news),
            job: job.map(WireJobId),
            name: name.clone(),
            task: task.clone(),
            batch: batch.clone(),
            user: user.clone(),
            state: state.map(WireJobState),
            details: WireJson(data.clone()),
        }
    }
}

/// What the events that people are told of say of themselves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    total: u64,
    succeeded: u64,
    failed: u64,
    skipped: u64,
    error: Option<ErrorDetails>,
    /// Of an alert.
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ErrorDetails {
    message: String,
}

fn details(news: &News) -> Details {
    serde_json::from_str(news.data.as_str()).unwrap_or_default()
}

/// One line.
pub fn title(news: &News) -> String {
    let name = news.name.as_deref().or(news.task.as_deref());
    let name = name.unwrap_or("a job");
    let details = details(news);
    match news.kind {
        EventKind::Completed if details.failed > 0 => format!("{name} completed with failures"),
        EventKind::Completed => format!("{name} completed"),
        EventKind::Failed => format!("{name} failed"),
        EventKind::LongRunning => format!("{name} takes longer than usual"),
        EventKind::AlertOpened => details.message.unwrap_or_else(|| "an alert".to_owned()),
        EventKind::AlertClosed => {
            let what = details.message.unwrap_or_else(|| "an alert".to_owned());
            format!("over: {what}")
        }
        other => format!("{name}: {other}"),
    }
}

/// What there is to say beyond the title.
pub fn message(news: &News) -> Option<String> {
    let details = details(news);
    match news.kind {
        EventKind::Failed => details.error.map(|error| error.message),
        EventKind::Completed | EventKind::LongRunning if details.total > 1 => {
            let Details {
                total,
                succeeded,
                failed,
                skipped,
                ..
            } = details;
            let mut parts = vec![format!("{succeeded} of {total} items succeeded")];
            if failed > 0 {
                parts.push(format!("{failed} failed"));
            }
            if skipped > 0 {
                parts.push(format!("{skipped} skipped"));
            }
            Some(parts.join(", "))
        }
        _ => None,
    }
}

/// All of it, as a mail says it.
pub fn text(news: &News) -> String {
    let mut lines = vec![title(news)];
    lines.extend(message(news));
    lines.push(String::new());
    let mut fact = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{name}: {value}")));
    };
    fact("job", news.job.map(|id| id.to_string()));
    fact("task", news.task.clone());
    fact("batch", news.batch.clone());
    fact("user", news.user.clone());
    fact("at", Some(WireTime(news.at).to_string()));
    lines.push(String::new());
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use paceline_core::id::EventSeq;
    use paceline_core::{JobId, JobState, Json, Time};

    use super::*;

    fn news(kind: EventKind, data: &str) -> News {
        News {
            seq: EventSeq(7),
            at: Time::from_micros(1_795_342_530_000_000),
            kind,
            job: Some(JobId::from_bytes([1; 16])),
            name: Some("predict-1".to_owned()),
            task: Some("predict".to_owned()),
            batch: None,
            user: Some("ana".to_owned()),
            state: Some(JobState::Failed),
            data: Json::from_checked(data),
        }
    }

    #[test]
    fn news_are_told_in_words() {
        let failed = news(
            EventKind::Failed,
            r#"{"total":2,"error":{"kind":"handler","message":"no model"}}"#,
        );
        assert_eq!(title(&failed), "predict-1 failed");
        assert_eq!(message(&failed).as_deref(), Some("no model"));
        let partly = news(
            EventKind::Completed,
            r#"{"total":10,"succeeded":7,"failed":2,"skipped":1}"#,
        );
        assert_eq!(title(&partly), "predict-1 completed with failures");
        assert_eq!(
            message(&partly).as_deref(),
            Some("7 of 10 items succeeded, 2 failed, 1 skipped")
        );
        let alert = News {
            name: None,
            task: None,
            ..news(EventKind::AlertClosed, r#"{"message":"no disk"}"#)
        };
        assert_eq!(title(&alert), "over: no disk");
        assert!(
            text(&failed).starts_with("predict-1 failed\r\nno model\r\n\r\njob: 0101"),
            "{}",
            text(&failed)
        );
    }

    #[test]
    fn a_webhook_has_type_timestamp_and_data() {
        let body = WebhookBody::from(&news(EventKind::Failed, r#"{"attempt":1}"#));
        let json = serde_json::to_value(&body).expect("writes");
        assert_eq!(json["type"], "job.failed");
        assert_eq!(json["timestamp"], "2026-11-22T10:15:30Z");
        assert_eq!(json["data"]["event"], 7);
        assert_eq!(json["data"]["details"]["attempt"], 1);
    }
}
