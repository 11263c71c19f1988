//! What a writing verb works with: the open transaction and what the writer remembers.

use std::collections::HashMap;

use paceline_core::store::Retention;
use paceline_core::{JobState, LeaseId};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::counters::{Counters, Sequence};
use crate::error::Result;
use crate::num::JobNum;
use crate::options_row::OptionsCache;
use crate::statistics::Statistics;

/// What the writer keeps between transactions. All of it can be read back from the tables.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) counters: Counters,
    /// The counters as they were written last.
    written: Counters,
    pub(crate) options: OptionsCache,
    /// Which job a unit's lease is for: a hint that spares a search. The row has the last word.
    pub(crate) unit_leases: HashMap<LeaseId, JobNum>,
    pub(crate) statistics: Statistics,
    /// When each task's lane of unit jobs was served last, as a turn.
    pub(crate) lanes: HashMap<String, i64>,
    /// Most bytes of log that a job keeps.
    pub(crate) log_bytes: u64,
}

impl Memory {
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let counters = Counters::load(connection)?;
        Ok(Memory {
            counters,
            written: counters,
            options: OptionsCache::default(),
            unit_leases: unit_leases(connection)?,
            statistics: Statistics::default(),
            lanes: HashMap::new(),
            log_bytes: Retention::default().log_bytes,
        })
    }

    /// Forgets what a transaction that was rolled back had counted.
    pub(crate) fn roll_back(&mut self, counters: Counters) {
        self.counters = counters;
        self.statistics.forget();
    }

    /// Writes what is only in memory yet; the last step before a commit.
    pub(crate) fn flush(&mut self, connection: &Connection) -> Result<()> {
        self.statistics.write(connection)?;
        self.counters.write(&self.written, connection)
    }

    pub(crate) fn committed(&mut self) {
        self.written = self.counters;
        self.statistics.written();
    }
}

fn unit_leases(connection: &Connection) -> Result<HashMap<LeaseId, JobNum>> {
    const SELECT: &str = "SELECT lease, num FROM jobs WHERE state = 'running' AND lease IS NOT NULL
        UNION ALL SELECT lease, num FROM jobs WHERE state = 'paused' AND lease IS NOT NULL";
    let mut select = connection.prepare(SELECT)?;
    let rows = select.query_map((), |row| Ok((LeaseId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A transaction in progress.
#[derive(Debug)]
pub(crate) struct WriteContext<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) memory: &'c mut Memory,
}

impl WriteContext<'_> {
    pub(crate) fn next(&mut self, sequence: Sequence) -> i64 {
        self.memory.counters.next(sequence)
    }

    pub(crate) fn job_moved(&mut self, from: Option<JobState>, to: Option<JobState>) {
        self.memory.counters.job_moved(from, to);
    }

    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// The only row, if there is one.
    pub(crate) fn find<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        find(self.connection, sql, params, read)
    }

    pub(crate) fn list<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        list(self.connection, sql, params, read)
    }
}

pub(crate) fn find<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let mut select = connection.prepare_cached(sql)?;
    Ok(select.query_row(params, read).optional()?)
}

pub(crate) fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
