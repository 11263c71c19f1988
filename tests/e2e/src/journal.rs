//! What handlers really did: the file that they write before the node hears anything.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Seconds since 1970.
    pub at: f64,
    pub pid: u32,
    /// `start`, `end`, `plan` or `cancelled`.
    pub event: String,
    pub key: String,
}

#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    pub(crate) fn new(path: PathBuf) -> Self {
        Journal { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All complete lines so far, in the order in which they were written.
    pub fn entries(&self) -> Vec<Entry> {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        text.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(parse)
            .collect()
    }

    pub fn starts(&self) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.event == "start");
        entries
    }

    /// How often each key was started.
    pub fn runs(&self) -> HashMap<String, u32> {
        let mut runs = HashMap::new();
        for entry in self.starts() {
            *runs.entry(entry.key).or_default() += 1;
        }
        runs
    }
}

fn parse(line: &str) -> Entry {
    let mut words = line.split_whitespace();
    let mut next = || words.next().expect("four words a line");
    Entry {
        at: next().parse().expect("a time"),
        pid: next().parse().expect("a pid"),
        event: next().to_owned(),
        key: next().to_owned(),
    }
}
