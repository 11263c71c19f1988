//! The items of a submission.

use std::collections::HashSet;

use paceline_core::Json;
use paceline_core::item::NewItem;
use paceline_protocol::problem::{Code, FieldError};
use paceline_protocol::rest::ItemLine;

use super::Place;
use crate::problem::{Refusal, Result};

/// Longest item key, in bytes.
const LONGEST_KEY: usize = 1024;
/// Faults of one request that are told at most.
const MOST_FAULTS: usize = 100;

/// The items of one body; keys that occur twice are all named.
pub(super) fn items(lines: &[ItemLine<'_>], place: Place) -> Result<Vec<NewItem>> {
    let mut seen = HashSet::with_capacity(lines.len());
    let mut duplicates = Vec::new();
    let mut items = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        if let Some(message) = line.key.as_deref().and_then(key_fault) {
            let field = format!("{place}items[{index}].key");
            return Err(Refusal::field(Code::InvalidField, field, message));
        }
        if let Some(key) = line.key.as_deref()
            && !seen.insert(key)
            && duplicates.len() < MOST_FAULTS
        {
            duplicates.push(duplicate(lines, key, index, place));
        }
        items.push(new_item(line));
    }
    if duplicates.is_empty() {
        Ok(items)
    } else {
        Err(Refusal::fields(Code::DuplicateKey, duplicates))
    }
}

fn duplicate(lines: &[ItemLine<'_>], key: &str, index: usize, place: Place) -> FieldError {
    let first = lines
        .iter()
        .position(|line| line.key.as_deref() == Some(key))
        .unwrap_or_default();
    FieldError::new(
        format!("{place}items[{index}].key"),
        format!(
            "`{key}` is the key of {place}items[{first}] already; keys must be unique in a job"
        ),
    )
}

/// What is wrong with an item's key.
pub(crate) fn key_fault(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("is empty; leave it out, or give a key".to_owned());
    }
    (key.len() > LONGEST_KEY)
        .then(|| format!("has {} bytes; give at most {LONGEST_KEY}", key.len()))
}

/// An item with its payload as it was sent.
pub(crate) fn new_item(line: &ItemLine<'_>) -> NewItem {
    NewItem {
        key: line.key.as_ref().map(|key| (**key).to_owned()),
        payload: line
            .payload
            .map_or_else(Json::null, |payload| Json::from_checked(payload.get())),
    }
}
