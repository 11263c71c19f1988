//! What a node says to its workers: one JSON object a line.

use std::io::Write as _;
use std::time::Duration;

use paceline_core::lease::{Lease, LeasedItem};
use paceline_core::links::ParentResult;
use paceline_core::{JobId, Json, LeaseId};

/// The job that a lease is of, as its handler sees it.
#[derive(Clone, Copy, Debug)]
pub struct RunJob<'a> {
    pub id: JobId,
    pub task: &'a str,
    pub params: &'a Json,
    pub attempt: u32,
    /// What the jobs that it waited for left to it. Since version 1.
    pub parents: &'a [ParentResult],
}

impl<'a> From<&'a Lease> for RunJob<'a> {
    fn from(lease: &'a Lease) -> Self {
        RunJob {
            id: lease.job,
            task: &lease.task,
            params: &lease.params,
            attempt: lease.attempt,
            parents: &lease.parents,
        }
    }
}

/// A message of a node.
#[derive(Clone, Copy, Debug)]
pub enum NodeMessage<'a> {
    /// List the job's items. Since version 1.
    Plan { lease: LeaseId, job: RunJob<'a> },
    /// Run these items in order, or the job itself when there are none. Since version 1.
    Run {
        lease: LeaseId,
        job: RunJob<'a>,
        item_timeout: Option<Duration>,
        /// Items that an asynchronous handler may run at once.
        concurrency: u32,
        items: Option<&'a [LeasedItem]>,
    },
    /// Stop the work of this lease: begin nothing more of it. Since version 1.
    Cancel { lease: LeaseId, reason: &'a str },
    /// Finish the current item, then exit with status 0. Since version 1.
    Stop,
}

impl NodeMessage<'_> {
    /// Appends the message and its line feed.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        match self {
            NodeMessage::Plan { lease, job } => {
                begin(out, "plan", *lease);
                write_job(out, job);
            }
            NodeMessage::Run {
                lease,
                job,
                item_timeout,
                concurrency,
                items,
            } => {
                begin(out, "run", *lease);
                write_job(out, job);
                write_timeout(out, *item_timeout);
                number(out, ",\"concurrency\":", i64::from(*concurrency));
                write_items(out, *items);
            }
            NodeMessage::Cancel { lease, reason } => {
                begin(out, "cancel", *lease);
                string(out, ",\"reason\":", reason);
            }
            NodeMessage::Stop => out.extend_from_slice(b"{\"type\":\"stop\""),
        }
        out.extend_from_slice(b"}\n");
    }
}

fn begin(out: &mut Vec<u8>, kind: &str, lease: LeaseId) {
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    number(out, "\",\"lease\":", lease.0);
}

fn write_job(out: &mut Vec<u8>, job: &RunJob<'_>) {
    string(out, ",\"job\":{\"id\":", &job.id.to_string());
    string(out, ",\"task\":", job.task);
    json(out, ",\"params\":", job.params);
    number(out, ",\"attempt\":", i64::from(job.attempt));
    write_parents(out, job.parents);
    out.push(b'}');
}

/// Nothing in a job without parents.
fn write_parents(out: &mut Vec<u8>, parents: &[ParentResult]) {
    for (index, parent) in parents.iter().enumerate() {
        let before: &[u8] = if index == 0 { b",\"parents\":[" } else { b"," };
        out.extend_from_slice(before);
        write_parent(out, parent);
    }
    if !parents.is_empty() {
        out.push(b']');
    }
}

fn write_parent(out: &mut Vec<u8>, parent: &ParentResult) {
    let ParentResult {
        id,
        name,
        task,
        state,
        result,
        items,
        succeeded,
        too_large,
    } = parent;
    string(out, "{\"id\":", &id.to_string());
    string(out, ",\"name\":", name);
    string(out, ",\"task\":", task);
    string(out, ",\"state\":", state.as_str());
    if let Some(result) = result {
        json(out, ",\"result\":", result);
    }
    for (index, (key, result)) in items.iter().enumerate() {
        let before = if index == 0 { ",\"items\":[[" } else { ",[" };
        string(out, before, key);
        json(out, ",", result);
        out.push(b']');
    }
    if !items.is_empty() {
        out.push(b']');
    }
    number(out, ",\"succeeded\":", i64::from(*succeeded));
    if *too_large {
        out.extend_from_slice(b",\"too_large\":true");
    }
    out.push(b'}');
}

fn write_timeout(out: &mut Vec<u8>, timeout: Option<Duration>) {
    out.extend_from_slice(b",\"item_timeout\":");
    match timeout {
        Some(timeout) => display(out, timeout.as_secs_f64()),
        None => out.extend_from_slice(b"null"),
    }
}

fn write_items(out: &mut Vec<u8>, items: Option<&[LeasedItem]>) {
    let Some(items) = items else {
        out.extend_from_slice(b",\"items\":null");
        return;
    };
    out.extend_from_slice(b",\"items\":[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_item(out, item);
    }
    out.push(b']');
}

fn write_item(out: &mut Vec<u8>, item: &LeasedItem) {
    number(out, "{\"seq\":", i64::from(item.seq.0));
    match &item.key {
        Some(key) => string(out, ",\"key\":", key),
        None => out.extend_from_slice(b",\"key\":null"),
    }
    json(out, ",\"payload\":", &item.payload);
    number(out, ",\"attempt\":", i64::from(item.attempt));
    out.push(b'}');
}

fn number(out: &mut Vec<u8>, before: &str, value: i64) {
    out.extend_from_slice(before.as_bytes());
    display(out, value);
}

/// Writing to memory cannot fail, so the results of the writers below are of no interest.
fn display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    let _ = write!(out, "{value}");
}

fn string(out: &mut Vec<u8>, before: &str, value: &str) {
    out.extend_from_slice(before.as_bytes());
    let _ = serde_json::to_writer(out, value);
}

/// JSON text may be laid out over several lines; between the tokens a space means the same.
fn json(out: &mut Vec<u8>, before: &str, value: &Json) {
    out.extend_from_slice(before.as_bytes());
    let start = out.len();
    out.extend_from_slice(value.as_str().as_bytes());
    for byte in &mut out[start..] {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use paceline_core::{JobState, Seq};

    use super::*;

    fn line(message: &NodeMessage<'_>) -> String {
        let mut out = vec![];
        message.write_line(&mut out);
        let line = String::from_utf8(out).expect("text");
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert!(value.is_object() && line.ends_with('\n') && line.matches('\n').count() == 1);
        line
    }

    fn job(params: &Json) -> RunJob<'_> {
        RunJob {
            id: JobId::from_bytes([1; 16]),
            task: "pre\"dict",
            params,
            attempt: 2,
            parents: &[],
        }
    }

    #[test]
    fn parents_leave_their_results() {
        let params = Json::empty_object();
        let parent = |name: &str| ParentResult {
            id: JobId::from_bytes([2; 16]),
            name: name.to_owned(),
            task: "load".to_owned(),
            state: JobState::Completed,
            result: None,
            items: Vec::new(),
            succeeded: 2,
            too_large: false,
        };
        let parents = [
            ParentResult {
                result: Some(Json::from_checked("{\n}")),
                ..parent("load-1")
            },
            ParentResult {
                items: vec![
                    ("a".to_owned(), Json::from_checked("1")),
                    ("b".to_owned(), Json::null()),
                ],
                ..parent("load-2")
            },
            ParentResult {
                too_large: true,
                ..parent("load-3")
            },
        ];
        let plan = NodeMessage::Plan {
            lease: LeaseId(2),
            job: RunJob {
                parents: &parents,
                ..job(&params)
            },
        };
        expect![[r#"
            {"type":"plan","lease":2,"job":{"id":"01010101-0101-0101-0101-010101010101","task":"pre\"dict","params":{},"attempt":2,"parents":[{"id":"02020202-0202-0202-0202-020202020202","name":"load-1","task":"load","state":"completed","result":{ },"succeeded":2},{"id":"02020202-0202-0202-0202-020202020202","name":"load-2","task":"load","state":"completed","items":[["a",1],["b",null]],"succeeded":2},{"id":"02020202-0202-0202-0202-020202020202","name":"load-3","task":"load","state":"completed","succeeded":2,"too_large":true}]}}
        "#]]
        .assert_eq(&line(&plan));
    }

    #[test]
    fn run_carries_items_with_their_payloads_as_they_are() {
        let params = Json::from_checked("{\n  \"model\": \"a\\nb\"\r\n}");
        let items = [
            LeasedItem {
                seq: Seq(3),
                key: Some("r\n1".into()),
                payload: Json::from_checked("[1.0, 2]"),
                attempt: 1,
            },
            LeasedItem {
                seq: Seq(4),
                key: None,
                payload: Json::null(),
                attempt: 2,
            },
        ];
        let run = NodeMessage::Run {
            lease: LeaseId(9),
            job: job(&params),
            item_timeout: Some(Duration::from_millis(1500)),
            concurrency: 4,
            items: Some(&items),
        };
        expect![[r#"
            {"type":"run","lease":9,"job":{"id":"01010101-0101-0101-0101-010101010101","task":"pre\"dict","params":{   "model": "a\nb"  },"attempt":2},"item_timeout":1.5,"concurrency":4,"items":[{"seq":3,"key":"r\n1","payload":[1.0, 2],"attempt":1},{"seq":4,"key":null,"payload":null,"attempt":2}]}
        "#]]
        .assert_eq(&line(&run));
    }

    #[test]
    fn the_short_messages() {
        let params = Json::empty_object();
        let unit = NodeMessage::Run {
            lease: LeaseId(1),
            job: job(&params),
            item_timeout: None,
            concurrency: 1,
            items: None,
        };
        let plan = NodeMessage::Plan {
            lease: LeaseId(2),
            job: job(&params),
        };
        let cancel = NodeMessage::Cancel {
            lease: LeaseId(3),
            reason: "the job was cancelled",
        };
        let lines = [unit, plan, cancel, NodeMessage::Stop].map(|message| line(&message));
        expect![[r#"
            {"type":"run","lease":1,"job":{"id":"01010101-0101-0101-0101-010101010101","task":"pre\"dict","params":{},"attempt":2},"item_timeout":null,"concurrency":1,"items":null}
            {"type":"plan","lease":2,"job":{"id":"01010101-0101-0101-0101-010101010101","task":"pre\"dict","params":{},"attempt":2}}
            {"type":"cancel","lease":3,"reason":"the job was cancelled"}
            {"type":"stop"}
        "#]]
        .assert_eq(&lines.concat());
    }
}
