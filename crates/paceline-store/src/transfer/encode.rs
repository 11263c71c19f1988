//! Rows as the text format of COPY has them.

use std::io::Write;

use md5::{Digest, Md5};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::error::{Error, Result};

/// What stands for a zero character, which no text of `PostgreSQL` can hold.
const REPLACEMENT: &str = "\u{fffd}";

/// Appends a row with `columns` columns; the text of column `digest` as its digest.
pub(super) fn row(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    columns: usize,
    digest: Option<usize>,
) -> Result<()> {
    for column in 0..columns {
        if column > 0 {
            out.push(b'\t');
        }
        let value = row.get_ref(column)?;
        if digest == Some(column) {
            put_digest(out, value.as_str()?);
        } else {
            put(out, value)?;
        }
    }
    out.push(b'\n');
    Ok(())
}

fn put(out: &mut Vec<u8>, value: ValueRef<'_>) -> Result<()> {
    // Writing to memory does not fail.
    let _ = match value {
        ValueRef::Null => out.write_all(b"\\N"),
        ValueRef::Integer(number) => write!(out, "{number}"),
        ValueRef::Real(number) => write!(out, "{number}"),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text)
                .map_err(|error| Error::corrupt(format!("a text is not UTF-8: {error}")))?;
            put_text(out, text);
            Ok(())
        }
        ValueRef::Blob(_) => return Err(Error::corrupt("bytes where a text should be")),
    };
    Ok(())
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    for &byte in text.as_bytes() {
        match byte {
            0 => out.extend_from_slice(REPLACEMENT.as_bytes()),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.push(other),
        }
    }
}

/// What `md5(key)::uuid` gives.
fn put_digest(out: &mut Vec<u8>, text: &str) {
    let digest = Md5::digest(text.replace('\0', REPLACEMENT).as_bytes());
    for byte in digest {
        let _ = write!(out, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut out = Vec::new();
        put_text(&mut out, text);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_means_something_to_copy_is_escaped() {
        assert_eq!(text("a\tb\nc\rd\\Né"), "a\\tb\\nc\\rd\\\\Né");
        assert_eq!(text("\0"), REPLACEMENT);
    }

    #[test]
    fn numbers_come_back_as_they_were() {
        for number in [0.1 + 0.2, 1e-300, f64::MAX, -0.0] {
            let mut out = Vec::new();
            put(&mut out, ValueRef::Real(number)).expect("written");
            let read: f64 = std::str::from_utf8(&out)
                .expect("text")
                .parse()
                .expect("a number");
            assert_eq!(read.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn a_digest_is_that_of_the_server() {
        let mut out = Vec::new();
        put_digest(&mut out, "abc");
        assert_eq!(out, b"900150983cd24fb0d6963f7d28e17f72");
    }
}
