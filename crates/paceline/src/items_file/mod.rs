//! Items from a file or a pipe, as the lines of a streamed submission. Reads and writes piece by
//! piece, so a file of any length needs little memory.
//!
//! Owns the formats that people have: CSV with a header row, JSON Lines, and one JSON array.

mod csv_rows;
mod json_array;
mod json_lines;
mod sink;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::ValueEnum;
use tokio::sync::mpsc;

use crate::exit::{CliError, Context, Result};
use sink::Sink;

/// How items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ItemsFormat {
    /// A header row, then one item a row
    Csv,
    /// As CSV, with tabs
    Tsv,
    /// One JSON value a line
    Ndjson,
    /// One JSON array, each element an item
    Json,
}

/// Where the items of a job come from.
#[derive(Clone, Debug)]
pub(crate) struct ItemsFile {
    /// `None` is the standard input.
    path: Option<PathBuf>,
    format: ItemsFormat,
    key_column: Option<String>,
}

/// A piece of the request's body, or the sign that the rest will not come.
pub(crate) type Piece = io::Result<Bytes>;

impl ItemsFile {
    /// `-` is the standard input, taken as JSON Lines unless `format` says otherwise.
    pub(crate) fn new(
        name: &str,
        format: Option<ItemsFormat>,
        key_column: Option<String>,
    ) -> Result<Self> {
        let path = (name != "-").then(|| PathBuf::from(name));
        let format = match (format, &path) {
            (Some(format), _) => format,
            (None, None) => ItemsFormat::Ndjson,
            (None, Some(path)) => by_ending(path)?,
        };
        Ok(ItemsFile {
            path,
            format,
            key_column,
        })
    }

    /// Rows of a table: their keys come from a column, or they have none.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.format, ItemsFormat::Csv | ItemsFormat::Tsv)
    }

    /// Whether the items can be read a second time.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.path.is_some()
    }

    /// Opens the items, so that a missing file is known before anything is sent.
    pub(crate) fn open(&self) -> Result<Box<dyn BufRead + Send>> {
        let Some(path) = &self.path else {
            return Ok(Box::new(BufReader::new(io::stdin())));
        };
        let file = File::open(path).context(|| format!("cannot read {}", path.display()))?;
        Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
    }

    /// Sends `head` and a line for each item, piece by piece; blocks while nobody takes them.
    /// Returns how many items there were.
    pub(crate) fn send(
        &self,
        input: Box<dyn BufRead + Send>,
        head: &str,
        pieces: mpsc::Sender<Piece>,
    ) -> Result<u64> {
        let mut sink = Sink::new(pieces, head);
        let sent = match self.format {
            ItemsFormat::Csv => csv_rows::send(input, b',', self.key_column.as_deref(), &mut sink),
            ItemsFormat::Tsv => csv_rows::send(input, b'\t', self.key_column.as_deref(), &mut sink),
            ItemsFormat::Json => json_array::send(input, self.key_column.as_deref(), &mut sink),
            ItemsFormat::Ndjson => json_lines::send(input, self.key_column.as_deref(), &mut sink),
        };
        match sent {
            Ok(()) => Ok(sink.finish()),
            Err(fault) => {
                sink.abort();
                Err(CliError::failed(format!("{}: {fault}", self.name())))
            }
        }
    }

    fn name(&self) -> String {
        self.path.as_ref().map_or_else(
            || "standard input".to_owned(),
            |path| path.display().to_string(),
        )
    }
}

fn by_ending(path: &Path) -> Result<ItemsFormat> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Ok(ItemsFormat::Csv),
        Some("tsv") => Ok(ItemsFormat::Tsv),
        Some("ndjson" | "jsonl") => Ok(ItemsFormat::Ndjson),
        Some("json") => Ok(ItemsFormat::Json),
        _ => Err(CliError::usage(format!(
            "{}: the ending does not tell how the items are written",
            path.display()
        ))
        .hint("use a .csv, .tsv, .ndjson, .jsonl or .json file, or say --items-format csv")),
    }
}

#[cfg(test)]
mod tests;
