//! Filling in a command: `["./report.sh", "{params.date}"]`.
//!
//! Known are `{job.id}`, `{job.attempt}`, `{params}`, `{payload}`, `{item.key}`, `{item.seq}`,
//! `{item.attempt}`, and any path into params or payload: `{params.date}`, `{payload.cars.0}`.
//! Text is put in as it is, everything else as JSON. `{{` and `}}` are braces. Each argument
//! stays one argument whatever is put in: no shell reads it.

use paceline_core::lease::{Lease, LeasedItem};
use serde_json::Value;

/// Longest text that an argument or a variable may have: the kernel takes 128 KiB.
const MAX_BYTES: usize = 120 << 10;

/// Why a command cannot be filled in. Trying again cannot help.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfilled {
    #[error("the command has `{{{name}}}`, and the job has no such value")]
    Missing { name: String },
    #[error(
        "the command has `{{{name}}}`; known are job.id, job.attempt, params, payload and item.key, .seq, .attempt"
    )]
    Unknown { name: String },
    #[error("`{argument}` has a brace without its other half; write {{{{ or }}}} for a brace")]
    Unbalanced { argument: String },
    #[error("{what} has {bytes} bytes, more than the {MAX_BYTES} that a command can be given")]
    TooLong { what: String, bytes: usize },
}

/// The job, and the item if it is one, that a command runs for.
#[derive(Debug)]
pub(super) struct Values<'a> {
    lease: &'a Lease,
    item: Option<&'a LeasedItem>,
    params: Value,
    payload: Value,
}

impl<'a> Values<'a> {
    pub(super) fn new(lease: &'a Lease, item: Option<&'a LeasedItem>) -> Self {
        // Both were checked where they came in.
        let parse = |json: &paceline_core::Json| serde_json::from_str(json.as_str());
        Values {
            lease,
            item,
            params: parse(&lease.params).unwrap_or_default(),
            payload: item.map_or(Value::Null, |item| parse(&item.payload).unwrap_or_default()),
        }
    }

    /// All arguments, filled in.
    pub(super) fn fill(&self, command: &[String]) -> Result<Vec<String>, Unfilled> {
        command
            .iter()
            .map(|argument| self.fill_one(argument))
            .collect()
    }

    /// `PACELINE_JOB_ID` and its kin.
    pub(super) fn environment(&self) -> Result<Vec<(String, String)>, Unfilled> {
        let mut env = vec![
            ("PACELINE_JOB_ID", self.lease.job.to_string()),
            ("PACELINE_TASK", self.lease.task.clone()),
            ("PACELINE_ATTEMPT", self.attempt().to_string()),
            ("PACELINE_PARAMS", self.lease.params.to_string()),
        ];
        if let Some(item) = self.item {
            env.push(("PACELINE_ITEM_SEQ", item.seq.to_string()));
            env.push(("PACELINE_ITEM_KEY", item.key.clone().unwrap_or_default()));
            env.push(("PACELINE_PAYLOAD", item.payload.to_string()));
        }
        let checked = env.into_iter().map(|(name, value)| {
            let value = short_enough(name, value)?;
            Ok((name.to_owned(), value))
        });
        checked.collect()
    }

    fn attempt(&self) -> u32 {
        self.item.map_or(self.lease.attempt, |item| item.attempt)
    }

    fn fill_one(&self, argument: &str) -> Result<String, Unfilled> {
        let unbalanced = || Unfilled::Unbalanced {
            argument: argument.to_owned(),
        };
        let mut filled = String::with_capacity(argument.len());
        let mut rest = argument;
        while let Some(at) = rest.find(['{', '}']) {
            filled.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                filled.push_str(brace);
                rest = after;
            } else if brace == "{" {
                let (name, after) = rest.split_once('}').ok_or_else(unbalanced)?;
                filled.push_str(&self.value(name)?);
                rest = after;
            } else {
                return Err(unbalanced());
            }
        }
        filled.push_str(rest);
        short_enough(argument, filled)
    }

    fn value(&self, name: &str) -> Result<String, Unfilled> {
        let missing = || Unfilled::Missing {
            name: name.to_owned(),
        };
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        match (root, path) {
            ("job", "id") => Ok(self.lease.job.to_string()),
            ("job", "attempt") => Ok(self.lease.attempt.to_string()),
            ("params", path) => lookup(&self.params, path).ok_or_else(missing),
            ("payload", path) if self.item.is_some() => {
                lookup(&self.payload, path).ok_or_else(missing)
            }
            ("item", "key") => self
                .item
                .and_then(|item| item.key.clone())
                .ok_or_else(missing),
            ("item", "seq") => self
                .item
                .map(|item| item.seq.to_string())
                .ok_or_else(missing),
            ("item", "attempt") => self
                .item
                .map(|item| item.attempt.to_string())
                .ok_or_else(missing),
            ("payload", _) => Err(missing()),
            _ => Err(Unfilled::Unknown {
                name: name.to_owned(),
            }),
        }
    }
}

fn lookup(value: &Value, path: &str) -> Option<String> {
    let mut found = value;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        found = match found {
            Value::Object(fields) => fields.get(step)?,
            Value::Array(values) => values.get(step.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Null if !path.is_empty() => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(found.to_string())
        }
    }
}

fn short_enough(what: &str, text: String) -> Result<String, Unfilled> {
    if text.len() <= MAX_BYTES {
        return Ok(text);
    }
    Err(Unfilled::TooLong {
        what: what.to_owned(),
        bytes: text.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use paceline_core::lease::LeasedWork;
    use paceline_core::{JobId, JobOptions, Json, LeaseId, Seq};

    use super::*;

    fn lease(params: &str) -> Lease {
        Lease {
            id: LeaseId(1),
            job: JobId::from_bytes([1; 16]),
            task: "report".into(),
            params: Json::from_checked(params),
            options: Arc::new(JobOptions::default()),
            attempt: 2,
            time_left: Duration::from_mins(1),
            work: LeasedWork::Unit,
            parents: Vec::new(),
        }
    }

    fn item(payload: &str) -> LeasedItem {
        LeasedItem {
            seq: Seq(7),
            key: Some("r7".into()),
            payload: Json::from_checked(payload),
            attempt: 3,
        }
    }

    fn fill(argument: &str) -> Result<String, Unfilled> {
        let lease =
            lease(r#"{"date":"2026-11-22","n":1.50,"deep":{"list":["a",true]},"none":null}"#);
        let item = item(r#"{"x":"a b; rm -rf /"}"#);
        Values::new(&lease, Some(&item)).fill_one(argument)
    }

    #[test]
    fn values_are_put_in_as_they_are() {
        let cases = [
            ("--date={params.date}!", "--date=2026-11-22!"),
            ("{params.n}", "1.5"),
            ("{params.deep}", r#"{"list":["a",true]}"#),
            ("{params.deep.list.1}", "true"),
            ("{payload.x}", "a b; rm -rf /"),
            (
                "{item.key}-{item.seq}-{item.attempt}-{job.attempt}",
                "r7-7-3-2",
            ),
            ("{job.id}", "01010101-0101-0101-0101-010101010101"),
            ("{{literal}} {{{item.key}}}", "{literal} {r7}"),
            ("plain", "plain"),
        ];
        for (argument, expected) in cases {
            assert_eq!(fill(argument).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_there_is_said_by_name() {
        for name in [
            "params.nope",
            "params.date.x",
            "params.none",
            "params.deep.list.9",
        ] {
            let missing = Unfilled::Missing { name: name.into() };
            assert_eq!(fill(&format!("{{{name}}}")), Err(missing));
        }
        assert!(matches!(fill("{user}"), Err(Unfilled::Unknown { .. })));
        assert!(matches!(
            fill("{params.date"),
            Err(Unfilled::Unbalanced { .. })
        ));
        assert!(matches!(fill("a } b"), Err(Unfilled::Unbalanced { .. })));
        let unit = lease("{}");
        let values = Values::new(&unit, None);
        for name in ["item.key", "payload", "payload.x"] {
            let missing = Unfilled::Missing { name: name.into() };
            assert_eq!(values.fill_one(&format!("{{{name}}}")), Err(missing));
        }
        assert_eq!(values.fill_one("{params}").as_deref(), Ok("{}"));
    }

    #[test]
    fn what_the_kernel_would_refuse_is_refused_with_a_reason() {
        let long = lease(&format!("\"{}\"", "x".repeat(200_000)));
        let error = Values::new(&long, None)
            .environment()
            .expect_err("too long");
        assert!(
            error
                .to_string()
                .starts_with("PACELINE_PARAMS has 200002 bytes"),
            "{error}"
        );
    }
}
