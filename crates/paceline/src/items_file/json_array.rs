//! One JSON array: each of its elements is an item, as a line of JSON Lines is.

use std::io::BufRead;

use serde_json::value::RawValue;

use super::json_lines::send_one;
use super::sink::{Gone, Sink};

/// Sends a line for each element. The array is read whole: for what does not fit into memory there
/// are JSON Lines. Stops quietly when the receiver is gone.
pub(super) fn send(
    input: impl BufRead,
    key_column: Option<&str>,
    sink: &mut Sink,
) -> Result<(), String> {
    let elements: Vec<Box<RawValue>> = serde_json::from_reader(input)
        .map_err(|error| format!("it is not one JSON array: {error}"))?;
    for (index, element) in elements.iter().enumerate() {
        // Its own line breaks would end the line that it becomes.
        let text = one_line(element.get());
        let sent = send_one(&text, key_column, sink);
        match sent.map_err(|fault| format!("element {index}: {fault}"))? {
            Ok(()) => {}
            Err(Gone) => break,
        }
    }
    Ok(())
}

/// In JSON a line break stands between tokens only, where a blank does as well.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
