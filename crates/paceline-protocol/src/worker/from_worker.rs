//! What a worker says: one JSON object a line.

use std::borrow::Cow;
use std::time::Duration;

use paceline_core::error::{ErrorKind, Failure, JobError};
use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::LogLevel;
use paceline_core::scope::Kind;
use paceline_core::{Json, LeaseId, Seq};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A line that is no message: the worker broke the protocol.
#[derive(Debug, thiserror::Error)]
pub enum BadMessage {
    #[error("a line is not UTF-8 text")]
    NotUtf8,
    #[error("a line is not a JSON object with a `type`: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("a `{kind}` message has no `{field}`")]
    Missing { kind: String, field: &'static str },
}

/// A message of a worker, borrowing from its line.
#[derive(Debug)]
pub enum WorkerMessage<'a> {
    /// The worker has loaded and can run what it names here. Since version 1.
    Ready(ReadyMessage),
    /// Items that the planner listed, any number of times before `done`. Since version 1.
    Planned {
        lease: LeaseId,
        items: Vec<PlannedItem<'a>>,
    },
    /// An item begins: it is charged if the worker dies now. Since version 1.
    Start { lease: LeaseId, seq: Seq },
    /// An attempt ended. A single-unit job is the item with `seq` 0. Since version 1.
    Item { lease: LeaseId, report: ItemReport },
    /// How far the handler is. Since version 1.
    Progress {
        lease: LeaseId,
        fraction: Option<f64>,
        stage: Option<String>,
        message: Option<String>,
    },
    /// A line for the job's log. Since version 1.
    Log {
        lease: LeaseId,
        level: LogLevel,
        text: String,
    },
    /// Nothing more will come of this lease. Since version 1.
    Done { lease: LeaseId, end: LeaseEnd },
    /// Says nothing but that the worker lives. Since version 1.
    Heartbeat,
    /// A type that this version does not know.
    Unknown(String),
}

/// Why a lease is done.
#[derive(Clone, Debug, PartialEq)]
pub enum LeaseEnd {
    /// All of it was run.
    Finished,
    /// The node cancelled it; what was not reported was not run to an end.
    Cancelled,
    /// The worker was asked to stop; what was not reported was not begun.
    Stopped,
    /// The planner raised.
    Failed(Failure),
}

/// The first message of a worker.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadyMessage {
    pub protocol: u32,
    /// Name and version of the library that speaks, such as `python/0.1`.
    #[serde(default)]
    pub sdk: String,
    /// The worker gathers messages and writes several at once, so that after its death some of
    /// its current lease may be missing; all are written with `done`. It says `start` of each item
    /// that takes longer than a moment.
    #[serde(default)]
    pub buffered: bool,
    pub pid: Option<u32>,
    /// Time that imports and set-up took.
    pub setup_seconds: Option<f64>,
    #[serde(default)]
    pub tasks: Vec<DeclaredTask>,
}

/// A task as a worker declares it.
#[derive(Clone, Debug, Deserialize)]
pub struct DeclaredTask {
    pub name: String,
    pub options: Option<Box<RawValue>>,
    pub params_schema: Option<Box<RawValue>>,
    #[serde(default)]
    pub has_planner: bool,
    /// Its handler takes items, not params.
    #[serde(default)]
    pub has_items: bool,
}

/// One item that a planner listed.
#[derive(Debug, Deserialize)]
pub struct PlannedItem<'a> {
    key: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl PlannedItem<'_> {
    pub fn into_item(self) -> NewItem {
        NewItem {
            key: self.key,
            payload: json(self.payload),
        }
    }
}

/// All fields of all messages: one flat pass over the line is several times faster than a tagged
/// enumeration, which would have to keep each line until its type is known.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    lease: Option<i64>,
    seq: Option<u32>,
    ok: Option<bool>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<WireFailure>,
    ms: Option<f64>,
    fraction: Option<f64>,
    stage: Option<String>,
    message: Option<String>,
    level: Option<String>,
    text: Option<String>,
    #[serde(borrow)]
    items: Option<Vec<PlannedItem<'a>>>,
    cancelled: Option<bool>,
    stopped: Option<bool>,
}

#[derive(Deserialize)]
struct WireFailure {
    kind: Option<String>,
    #[serde(default)]
    message: String,
    traceback: Option<String>,
    permanent: Option<bool>,
    /// Seconds.
    retry_after: Option<f64>,
    /// What nobody is to call for as long: `task` or `key`.
    hold: Option<String>,
}

impl<'a> WorkerMessage<'a> {
    /// Reads one line, without its line feed.
    pub fn parse(line: &'a [u8]) -> Result<Self, BadMessage> {
        let text = std::str::from_utf8(line).map_err(|_| BadMessage::NotUtf8)?;
        let line: Line<'a> = serde_json::from_str(text)?;
        if line.kind == "ready" {
            return Ok(WorkerMessage::Ready(serde_json::from_str(text)?));
        }
        line.into_message()
    }
}

impl<'a> Line<'a> {
    fn into_message(self) -> Result<WorkerMessage<'a>, BadMessage> {
        Ok(match self.kind.as_ref() {
            "item" => WorkerMessage::Item {
                lease: self.lease()?,
                report: self.into_report()?,
            },
            "start" => WorkerMessage::Start {
                lease: self.lease()?,
                seq: self.seq()?,
            },
            "done" => WorkerMessage::Done {
                lease: self.lease()?,
                end: self.into_end(),
            },
            "progress" => WorkerMessage::Progress {
                lease: self.lease()?,
                fraction: self.fraction,
                stage: self.stage,
                message: self.message,
            },
            "log" => WorkerMessage::Log {
                lease: self.lease()?,
                level: level(self.level.as_deref()),
                text: self.text.unwrap_or_default(),
            },
            "planned" => WorkerMessage::Planned {
                lease: self.lease()?,
                items: self.items.unwrap_or_default(),
            },
            "heartbeat" => WorkerMessage::Heartbeat,
            _ => WorkerMessage::Unknown(self.kind.into_owned()),
        })
    }

    fn lease(&self) -> Result<LeaseId, BadMessage> {
        self.need(self.lease, "lease").map(LeaseId)
    }

    fn seq(&self) -> Result<Seq, BadMessage> {
        self.need(self.seq, "seq").map(Seq)
    }

    fn need<T>(&self, value: Option<T>, field: &'static str) -> Result<T, BadMessage> {
        value.ok_or_else(|| BadMessage::Missing {
            kind: self.kind.to_string(),
            field,
        })
    }

    fn into_report(self) -> Result<ItemReport, BadMessage> {
        let seq = self.seq()?;
        let outcome = if self.need(self.ok, "ok")? {
            Outcome::Succeeded(json(self.result))
        } else {
            Outcome::Failed(self.error.map_or_else(unexplained, WireFailure::into_core))
        };
        let duration = duration(self.ms.unwrap_or(0.0) / 1000.0).unwrap_or_default();
        Ok(ItemReport {
            seq,
            outcome,
            duration,
        })
    }

    fn into_end(self) -> LeaseEnd {
        match self.error {
            Some(failure) => LeaseEnd::Failed(failure.into_core()),
            None if self.cancelled == Some(true) => LeaseEnd::Cancelled,
            None if self.stopped == Some(true) => LeaseEnd::Stopped,
            None => LeaseEnd::Finished,
        }
    }
}

impl WireFailure {
    fn into_core(self) -> Failure {
        let kind = self.kind.as_deref().and_then(|kind| kind.parse().ok());
        Failure {
            error: JobError {
                kind: kind.unwrap_or(ErrorKind::Handler),
                message: self.message,
                traceback: self.traceback,
                item: None,
            },
            permanent: self.permanent.unwrap_or(false),
            retry_after: self.retry_after.and_then(duration),
            hold: self.hold.as_deref().and_then(holdable),
        }
    }
}

/// Handlers know of their task and their job's key only.
fn holdable(word: &str) -> Option<Kind> {
    word.parse()
        .ok()
        .filter(|kind| matches!(kind, Kind::Task | Kind::Key))
}

fn unexplained() -> Failure {
    Failure::new(ErrorKind::Handler, "the worker gave no reason")
}

fn json(raw: Option<&RawValue>) -> Json {
    raw.map_or_else(Json::null, |raw| Json::from_checked(raw.get()))
}

fn level(word: Option<&str>) -> LogLevel {
    match word {
        Some("critical") => LogLevel::Error,
        Some(word) => word.parse().unwrap_or(LogLevel::Info),
        None => LogLevel::Info,
    }
}

/// `None` for what is no length of time: negative, not a number, beyond all measure.
fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> WorkerMessage<'_> {
        WorkerMessage::parse(line.as_bytes()).expect("a message")
    }

    #[test]
    fn an_item_keeps_its_result_as_text() {
        let line = r#"{"type":"item","lease":7,"seq":17,"ok":true,"result":{"p": 1e400},"ms":2.5,"extra":[]}"#;
        let WorkerMessage::Item { lease, report } = parse(line) else {
            panic!("no item");
        };
        assert_eq!((lease, report.seq), (LeaseId(7), Seq(17)));
        assert_eq!(report.duration, Duration::from_micros(2500));
        let result = Json::from_checked(r#"{"p": 1e400}"#);
        assert_eq!(report.outcome, Outcome::Succeeded(result));
    }

    #[test]
    fn a_failure_says_what_the_handler_said() {
        let line = r#"{"type":"item","lease":1,"seq":0,"ok":false,"error":{"kind":"handler","message":"no \"x\"","traceback":"…","permanent":true,"retry_after":1.5,"hold":"key"}}"#;
        let WorkerMessage::Item { report, .. } = parse(line) else {
            panic!("no item");
        };
        let Outcome::Failed(failure) = report.outcome else {
            panic!("no failure");
        };
        assert_eq!(failure.error.message, "no \"x\"");
        assert!(failure.permanent);
        assert_eq!(failure.retry_after, Some(Duration::from_millis(1500)));
        assert_eq!(failure.hold, Some(Kind::Key));
    }

    #[test]
    fn a_null_result_and_a_nonsense_time_do_no_harm() {
        let line = r#"{"type":"item","lease":1,"seq":0,"ok":true,"result":null,"ms":-3}"#;
        let WorkerMessage::Item { report, .. } = parse(line) else {
            panic!("no item");
        };
        assert_eq!(report.outcome, Outcome::Succeeded(Json::null()));
        assert_eq!(report.duration, Duration::ZERO);
    }

    #[test]
    fn ready_names_its_tasks() {
        let line = r#"{"type":"ready","protocol":1,"sdk":"python/0.1","buffered":true,"pid":4,"setup_seconds":0.5,"tasks":[{"name":"a","options":{"chunk_size":5},"params_schema":null,"has_planner":true}]}"#;
        let WorkerMessage::Ready(ready) = parse(line) else {
            panic!("not ready");
        };
        assert!(ready.buffered && ready.tasks[0].has_planner && !ready.tasks[0].has_items);
        let options = ready.tasks[0].options.as_ref().expect("options");
        assert_eq!(options.get(), r#"{"chunk_size":5}"#);
    }

    #[test]
    fn a_planner_ends_as_it_says() {
        let ends = [
            (r#"{"type":"done","lease":1}"#, LeaseEnd::Finished),
            (
                r#"{"type":"done","lease":1,"cancelled":true}"#,
                LeaseEnd::Cancelled,
            ),
            (
                r#"{"type":"done","lease":1,"stopped":true}"#,
                LeaseEnd::Stopped,
            ),
            (
                r#"{"type":"done","lease":1,"error":{"message":"boom"}}"#,
                LeaseEnd::Failed(Failure::new(ErrorKind::Handler, "boom")),
            ),
        ];
        for (line, expected) in ends {
            let WorkerMessage::Done { end, .. } = parse(line) else {
                panic!("not done: {line}");
            };
            assert_eq!(end, expected);
        }
    }

    #[test]
    fn what_is_no_message_is_refused_and_what_is_new_is_not() {
        let refused: &[&[u8]] = &[
            b"",
            b"hello",
            b"{}",
            b"[1]",
            b"{\"type\":\"item\"}",
            b"{\"type\":\"item\",\"lease\":1,\"seq\":0}",
            b"{\"type\":\"start\",\"lease\":1}",
            b"{\"type\":\"item\",\"lease\":1,\"seq\":-1,\"ok\":true}",
            b"\xff\xfe",
            b"{\"type\":\"ready\"}",
        ];
        for line in refused {
            let text = String::from_utf8_lossy(line);
            assert!(WorkerMessage::parse(line).is_err(), "{text} was taken");
        }
        assert!(matches!(
            parse(r#"{"type":"greeting"}"#),
            WorkerMessage::Unknown(_)
        ));
    }
}
