//! The numbers that the writer keeps in memory and writes with each commit: the next of every
//! sequence, and how many jobs are in each state.

use std::collections::BTreeMap;

use paceline_core::JobState;
use rusqlite::Connection;

use crate::error::Result;

const STATES: usize = JobState::ALL.len();
const SEQUENCES: [&str; 7] = [
    "job",
    "lease",
    "event",
    "node",
    "turn",
    "searchable",
    "swept",
];

/// Names a sequence; the order is that of [`SEQUENCES`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sequence {
    Job,
    Lease,
    Event,
    Node,
    Turn,
    /// The last job that the index for searching knows.
    Searchable,
    /// The last event that was looked at for being too old.
    Swept,
}

/// A plain copy is enough to come back to after a rollback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// The number given last.
    last: [i64; SEQUENCES.len()],
    jobs: [i64; STATES],
}

impl Counters {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let stored = read(connection)?;
        let value = |name: &str| stored.get(name).copied().unwrap_or(0);
        let mut counters = Counters::default();
        for (index, name) in SEQUENCES.iter().enumerate() {
            counters.last[index] = value(name);
        }
        for state in JobState::ALL {
            counters.jobs[*state as usize] = value(&state_name(*state));
        }
        Ok(counters)
    }

    pub(crate) fn next(&mut self, sequence: Sequence) -> i64 {
        let last = &mut self.last[sequence as usize];
        *last += 1;
        *last
    }

    pub(crate) fn set(&mut self, sequence: Sequence, number: i64) {
        self.last[sequence as usize] = number;
    }

    pub(crate) fn last(&self, sequence: Sequence) -> i64 {
        self.last[sequence as usize]
    }

    /// Counts a job that came (`from` is `None`), moved, or went (`to` is `None`).
    pub(crate) fn job_moved(&mut self, from: Option<JobState>, to: Option<JobState>) {
        if let Some(from) = from {
            self.jobs[from as usize] -= 1;
        }
        if let Some(to) = to {
            self.jobs[to as usize] += 1;
        }
    }

    /// Writes what differs from what was written last.
    pub(crate) fn write(&self, written: &Counters, connection: &Connection) -> Result<()> {
        const UPSERT: &str = "INSERT INTO counters (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let mut upsert = connection.prepare_cached(UPSERT)?;
        for (index, name) in SEQUENCES.iter().enumerate() {
            if self.last[index] != written.last[index] {
                upsert.execute((name, self.last[index]))?;
            }
        }
        for state in JobState::ALL {
            let count = self.jobs[*state as usize];
            if count != written.jobs[*state as usize] {
                upsert.execute((state_name(*state), count))?;
            }
        }
        Ok(())
    }
}

fn state_name(state: JobState) -> String {
    format!("jobs.{state}")
}

fn read(connection: &Connection) -> Result<BTreeMap<String, i64>> {
    let mut select = connection.prepare_cached("SELECT name, value FROM counters")?;
    let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All jobs by state, as of the last commit.
pub(crate) fn counts(connection: &Connection) -> Result<BTreeMap<JobState, u64>> {
    let stored = read(connection)?;
    let count = |state: JobState| stored.get(&state_name(state)).copied().unwrap_or(0);
    Ok(JobState::ALL
        .iter()
        .map(|&state| (state, u64::try_from(count(state)).unwrap_or(0)))
        .collect())
}
