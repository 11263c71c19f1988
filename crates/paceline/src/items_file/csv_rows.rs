//! CSV: the header names the fields, each row is an item whose payload is an object.
//!
//! A cell that is a JSON number without an exponent (`12`, `-0.5`) stays one, digit by digit; an
//! empty cell is null; all else is text. So `007`, `1e5` and `true` are text.

use std::io::BufRead;

use csv::{ReaderBuilder, StringRecord};

use super::sink::Sink;

/// Sends a line for each row. Stops quietly when the receiver is gone.
pub(super) fn send(
    input: impl BufRead,
    delimiter: u8,
    key_column: Option<&str>,
    sink: &mut Sink,
) -> Result<(), String> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(input);
    let heads = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns = Columns::new(&heads, key_column)?;
    let mut record = StringRecord::new();
    let mut line = Vec::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| error.to_string())?
    {
        columns.write(&record, &mut line)?;
        if sink.line(&[&line]).is_err() {
            break;
        }
    }
    Ok(())
}

struct Columns {
    /// Each field's name as JSON text with its colon.
    names: Vec<String>,
    key: Option<(usize, String)>,
}

impl Columns {
    fn new(heads: &StringRecord, key_column: Option<&str>) -> Result<Self, String> {
        let twice = heads
            .iter()
            .enumerate()
            .find(|(index, head)| heads.iter().take(*index).any(|earlier| earlier == *head));
        if let Some((_, head)) = twice {
            return Err(format!("the column `{head}` occurs twice in the header"));
        }
        let position = |name: &str| {
            heads.iter().position(|head| head == name).ok_or_else(|| {
                let known: Vec<_> = heads.iter().collect();
                format!(
                    "there is no column `{name}`; there are: {}",
                    known.join(", ")
                )
            })
        };
        let key = key_column
            .map(|name| position(name).map(|index| (index, name.to_owned())))
            .transpose()?;
        let names = heads.iter().map(|head| format!("{}:", quoted(head)));
        Ok(Columns {
            names: names.collect(),
            key,
        })
    }

    fn write(&self, record: &StringRecord, line: &mut Vec<u8>) -> Result<(), String> {
        line.clear();
        line.push(b'{');
        if let Some((index, name)) = &self.key {
            let key = record.get(*index).unwrap_or_default();
            if key.is_empty() {
                let number = record.position().map_or(0, csv::Position::line);
                return Err(format!("line {number} has no key: its `{name}` is empty"));
            }
            line.extend_from_slice(b"\"key\":");
            line.extend_from_slice(quoted(key).as_bytes());
            line.push(b',');
        }
        line.extend_from_slice(b"\"payload\":{");
        for (index, (name, cell)) in self.names.iter().zip(record).enumerate() {
            if index > 0 {
                line.push(b',');
            }
            line.extend_from_slice(name.as_bytes());
            write_cell(cell, line);
        }
        line.extend_from_slice(b"}}");
        Ok(())
    }
}

fn write_cell(cell: &str, line: &mut Vec<u8>) {
    if cell.is_empty() {
        line.extend_from_slice(b"null");
    } else if is_number(cell) {
        line.extend_from_slice(cell.as_bytes());
    } else {
        line.extend_from_slice(quoted(cell).as_bytes());
    }
}

/// A JSON number without an exponent.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::is_number;

    #[test]
    fn numbers_are_what_json_takes_for_one() {
        for cell in ["0", "12", "-3", "0.5", "-0.25", "12345678901234567890"] {
            assert!(is_number(cell), "{cell}");
        }
        for cell in [
            "", "-", "007", "1e5", ".5", "5.", "1_000", "1,5", "NaN", "+1", "0x1",
        ] {
            assert!(!is_number(cell), "{cell}");
        }
    }
}
