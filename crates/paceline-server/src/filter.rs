//! Conditions, orders and pages of lists, from their words to the store's query.

use paceline_core::query::{Count, JobFilter, Sort, SortKey};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::FilterRequest;

use crate::extract::words;
use crate::problem::{Refusal, Result};

/// Totals are exact up to this number.
pub(crate) const COUNTED: u64 = 10_000;

const SORT_KEYS: &[(&str, SortKey)] = &[
    ("created_at", SortKey::CreatedAt),
    ("started_at", SortKey::StartedAt),
    ("finished_at", SortKey::FinishedAt),
    ("priority", SortKey::Priority),
    ("progress", SortKey::Progress),
    ("state", SortKey::State),
    ("duration", SortKey::Duration),
];

pub(crate) fn job_filter(request: FilterRequest) -> Result<JobFilter> {
    let FilterRequest {
        state,
        task,
        queue,
        user,
        key,
        batch,
        label,
        q,
        created_after,
        created_before,
    } = request;
    Ok(JobFilter {
        states: state
            .as_deref()
            .map(states)
            .transpose()?
            .unwrap_or_default(),
        task: given(task),
        queue: given(queue),
        user: given(user),
        key: given(key),
        batch: given(batch),
        labels: label
            .as_deref()
            .map(labels)
            .transpose()?
            .unwrap_or_default(),
        text: given(q),
        created_after: created_after.map(|time| time.0),
        created_before: created_before.map(|time| time.0),
    })
}

/// A form that is sent with an empty field means no condition.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn states(list: &str) -> Result<Vec<paceline_core::JobState>> {
    words(list)
        .map(|word| {
            word.parse()
                .map_err(|error: paceline_core::state::UnknownWord| {
                    Refusal::field(Code::InvalidField, "state", error.to_string())
                })
        })
        .collect()
}

fn labels(list: &str) -> Result<Vec<(String, String)>> {
    words(list)
        .map(|label| {
            let (name, value) = label.split_once(':').ok_or_else(|| {
                let message = format!("`{label}` is not a label; write name:value");
                Refusal::field(Code::InvalidField, "label", message)
            })?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Reads `created_at`, `-priority`, …; the newest first when nothing is said.
pub(crate) fn sort(text: Option<&str>) -> Result<Sort> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(Sort::default());
    };
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    let key = SORT_KEYS.iter().find(|(word, _)| *word == name);
    key.map(|&(_, key)| Sort { key, descending })
        .ok_or_else(|| {
            let known: Vec<_> = SORT_KEYS.iter().map(|(word, _)| *word).collect();
            let message = format!(
                "cannot sort by `{name}`; known: {}; begin with `-` for descending",
                known.join(", ")
            );
            Refusal::field(Code::InvalidField, "sort", message)
        })
}

/// A page's size: 50 when nothing is said.
pub(crate) fn limit(given: Option<u32>) -> Result<u32> {
    match given.unwrap_or(50) {
        limit @ 1..=500 => Ok(limit),
        other => Err(Refusal::field(
            Code::InvalidField,
            "limit",
            format!("{other} is not a page size; give 1 to 500"),
        )),
    }
}

/// `total` and `total_at_least` of a list.
pub(crate) fn totals(count: Count) -> (Option<u64>, Option<u64>) {
    match count {
        Count::Exact(total) => (Some(total), None),
        Count::AtLeast(most) => (None, Some(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_are_read() {
        assert_eq!(sort(None).expect("default"), Sort::default());
        let expected = Sort {
            key: SortKey::Priority,
            descending: true,
        };
        assert_eq!(sort(Some("-priority")).expect("known"), expected);
        assert!(sort(Some("name")).is_err());
    }

    #[test]
    fn conditions_are_read() {
        let request = FilterRequest {
            state: Some("running, pending".to_owned()),
            label: Some("team:a,stage:x:y".to_owned()),
            q: Some(String::new()),
            ..FilterRequest::default()
        };
        let filter = job_filter(request).expect("reads");
        assert_eq!(filter.states.len(), 2);
        assert_eq!(filter.labels[1], ("stage".to_owned(), "x:y".to_owned()));
        assert_eq!(filter.text, None);
    }
}
