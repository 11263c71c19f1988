//! JSON Lines: a line of nothing but `key` and `payload` is an item as the API takes it; any
//! other value is the payload of an item. With a key column the line is the payload in any case,
//! and its field of that name the key.

use std::collections::HashMap;
use std::io::BufRead;

use paceline_protocol::rest::ItemLine;
use serde_json::value::RawValue;

use super::sink::{Gone, Sink};

/// Sends a line for each item; empty lines are passed over. Stops quietly when the receiver is
/// gone.
pub(super) fn send(
    mut input: impl BufRead,
    key_column: Option<&str>,
    sink: &mut Sink,
) -> Result<(), String> {
    let mut line = String::new();
    let (mut items, mut arrays) = (0_u64, 0_u64);
    for number in 1_u64.. {
        line.clear();
        let read = input.read_line(&mut line);
        if read.map_err(|error| format!("line {number}: {error}"))? == 0 {
            break;
        }
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        items += 1;
        arrays += u64::from(text.starts_with('['));
        match send_one(text, key_column, sink).map_err(|fault| format!("line {number}: {fault}"))? {
            Ok(()) => {}
            Err(Gone) => break,
        }
    }
    // Nobody means a job of one item that is the list of all.
    if (items, arrays) == (1, 1) {
        return Err(ONE_ARRAY.to_owned());
    }
    Ok(())
}

const ONE_ARRAY: &str = "all of it is one JSON array: say --items-format json to make each of its \
    elements an item, or write {\"payload\": […]} for one item that is an array";

/// Sends the value as an item.
pub(super) fn send_one(
    text: &str,
    key_column: Option<&str>,
    sink: &mut Sink,
) -> Result<Result<(), Gone>, String> {
    match key_column {
        Some(column) => keyed(text, column, sink),
        None => plain(text, sink),
    }
}

/// What is wrong with a line: it is the only one that the parser saw, so its own count of lines
/// would say 1.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) => format!("{what} at column {}", error.column()),
        None => text,
    }
}

fn plain(text: &str, sink: &mut Sink) -> Result<Result<(), Gone>, String> {
    if serde_json::from_str::<ItemLine<'_>>(text).is_ok() {
        return Ok(sink.line(&[text.as_bytes()]));
    }
    let _: &RawValue = serde_json::from_str(text).map_err(|error| fault(&error))?;
    Ok(sink.line(&[b"{\"payload\":", text.as_bytes(), b"}"]))
}

fn keyed(text: &str, column: &str, sink: &mut Sink) -> Result<Result<(), Gone>, String> {
    let fields: HashMap<std::borrow::Cow<'_, str>, &RawValue> = serde_json::from_str(text)
        .map_err(|error| format!("not an object of JSON: {}", fault(&error)))?;
    let value = fields
        .get(column)
        .ok_or_else(|| format!("there is no `{column}` to be the key"))?;
    let key = as_key(value.get()).ok_or_else(|| {
        format!("`{column}` is {value}: a key is a text or a number, and not empty")
    })?;
    let parts: [&[u8]; 5] = [
        b"{\"key\":",
        key.as_bytes(),
        b",\"payload\":",
        text.as_bytes(),
        b"}",
    ];
    Ok(sink.line(&parts))
}

/// A key as JSON text: strings as they are, numbers by their digits.
fn as_key(value: &str) -> Option<String> {
    match value.as_bytes() {
        [] | [b'"', b'"'] => None,
        [b'"', ..] => Some(value.to_owned()),
        [b'-' | b'0'..=b'9', ..] => Some(format!("\"{value}\"")),
        _ => None,
    }
}
