//! What can be wrong with a submission apart from its items and params.

use std::time::Duration;

use paceline_protocol::problem::{Code, FieldError};
use paceline_protocol::rest::JobRequest;
use paceline_protocol::units::WireDuration;

use super::Place;
use crate::problem::{Refusal, Result};

/// Longest name of a task, queue, user, key, batch or label, in bytes.
const LONGEST_NAME: usize = 256;
const MOST_LABELS: usize = 64;

/// Refuses values that make no sense.
pub(crate) fn check(request: &JobRequest<'_>, place: Place) -> Result<()> {
    let mut faults = request.options().faults();
    names(request, &mut faults);
    if request.cache_for == Some(WireDuration(Duration::ZERO)) {
        let message = "give more than nothing, or leave it out";
        faults.push(FieldError::new("cache_for", message));
    }
    if request.only_new == Some(true) && request.force == Some(true) {
        let message = "only_new and force contradict each other; give one of them";
        faults.push(FieldError::new("force", message));
    }
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &mut faults {
        fault.field.insert_str(0, &place.to_string());
    }
    Err(Refusal::fields(Code::InvalidField, faults))
}

fn names(request: &JobRequest<'_>, faults: &mut Vec<FieldError>) {
    let texts = [
        ("task", Some(&request.task)),
        ("queue", request.queue.as_ref()),
        ("user", request.user.as_ref()),
        ("key", request.key.as_ref()),
        ("batch", request.batch.as_ref()),
    ];
    for (field, text) in texts {
        if let Some(message) = text.and_then(|text| name_fault(text)) {
            faults.push(FieldError::new(field, message));
        }
    }
    let Some(labels) = &request.labels else {
        return;
    };
    if labels.len() > MOST_LABELS {
        let message = format!("{} labels; give at most {MOST_LABELS}", labels.len());
        faults.push(FieldError::new("labels", message));
    }
    for (name, value) in labels {
        let fault = name_fault(name).or_else(|| name_fault(value));
        if let Some(message) = fault {
            faults.push(FieldError::new(format!("labels.{}", &**name), message));
        }
    }
}

/// What is wrong with a name.
pub(crate) fn name_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty; leave it out, or give a name".to_owned());
    }
    if text.len() > LONGEST_NAME {
        return Some(format!(
            "has {} bytes; give at most {LONGEST_NAME}",
            text.len()
        ));
    }
    text.chars()
        .any(char::is_control)
        .then(|| "has control characters".to_owned())
}
