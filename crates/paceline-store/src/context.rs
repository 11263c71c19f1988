//! What a writing verb works with: the open transaction and what the writer remembers.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use paceline_core::limits::Rules;
use paceline_core::store::Retention;
use paceline_core::{JobId, JobState, LeaseId, Time};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::batches::{self, BatchNews};
use crate::counters::{Counters, Sequence};
use crate::error::Result;
use crate::num::JobNum;
use crate::options_row::OptionsCache;
use crate::parked::Parked;
use crate::statistics::Statistics;
use crate::throttle_set::ThrottleSet;

/// What the writer keeps between transactions. All of it can be read back from the tables.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) counters: Counters,
    /// The counters as they were written last.
    written: Counters,
    pub(crate) options: OptionsCache,
    /// What is known of unit jobs in workers' hands: it spares a search when they report. The
    /// row has the last word.
    pub(crate) unit_leases: HashMap<LeaseId, UnitLease>,
    pub(crate) statistics: Statistics,
    /// When each task's lane of unit jobs was served last, as a turn.
    pub(crate) lanes: HashMap<String, i64>,
    /// Jobs that this transaction has changed, for the catalogue.
    pub(crate) changed: RefCell<Vec<i64>>,
    /// Whether this transaction has changed texts that the search index knows.
    pub(crate) texts_changed: Cell<bool>,
    /// Batches whose jobs came or ended in this transaction.
    pub(crate) batches: BatchNews,
    /// Most bytes of log that a job keeps.
    pub(crate) log_bytes: u64,
    /// Whether logs were looked at that may be longer, from before this start.
    pub(crate) logs_cut: bool,
    /// Limits and holds; `None` until they are needed.
    pub(crate) rules: Option<Arc<Rules>>,
    pub(crate) parked: Parked,
    /// Throttled tasks; `None` until they are needed.
    pub(crate) throttles: Option<ThrottleSet>,
    /// Queues that are in their table.
    pub(crate) queues: HashSet<String>,
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
            changed: RefCell::default(),
            texts_changed: Cell::new(false),
            batches: BatchNews::default(),
            log_bytes: Retention::default().log_bytes,
            logs_cut: false,
            rules: None,
            parked: Parked::default(),
            throttles: None,
            queues: HashSet::new(),
        })
    }

    /// Forgets what a transaction that was rolled back had taught.
    pub(crate) fn roll_back(&mut self, connection: &Connection, counters: Counters) {
        self.counters = counters;
        self.statistics.forget();
        self.changed.get_mut().clear();
        self.texts_changed.set(false);
        self.roll_back_command(connection);
    }

    /// Forgets what one command of a transaction had taught.
    pub(crate) fn roll_back_command(&mut self, connection: &Connection) {
        self.rules = None;
        self.parked.forget();
        self.throttles = None;
        self.queues.clear();
        self.batches = BatchNews::default();
        self.reload_unit_leases(connection);
    }

    fn reload_unit_leases(&mut self, connection: &Connection) {
        match unit_leases(connection) {
            Ok(leases) => self.unit_leases = leases,
            Err(error) => tracing::error!(%error, "cannot read the leases of unit jobs again"),
        }
    }

    /// Writes what is only in memory yet; the last step before a commit.
    pub(crate) fn flush(&mut self, connection: &Connection) -> Result<()> {
        self.parked.settle(connection)?;
        self.statistics.write(connection)?;
        batches::write(connection, self)?;
        self.counters.write(&self.written, connection)
    }

    pub(crate) fn committed(&mut self) {
        self.written = self.counters;
        self.statistics.written();
    }
}

fn unit_leases(connection: &Connection) -> Result<HashMap<LeaseId, UnitLease>> {
    const SELECT: &str = "SELECT lease, num, id, task, started_at, attempt, batch FROM jobs
        WHERE lane IN (4, 6) AND lease IS NOT NULL";
    let read = |row: &Row<'_>| {
        let lease = UnitLease {
            num: row.get(1)?,
            job: JobId::from_bytes(row.get(2)?),
            task: row.get::<_, String>(3)?.into(),
            started_at: Time::from_micros(row.get(4)?),
            attempt: row.get(5)?,
            batch: row.get::<_, Option<String>>(6)?.map(Arc::from),
        };
        Ok((LeaseId(row.get(0)?), lease))
    };
    Ok(list(connection, SELECT, (), read)?.into_iter().collect())
}

/// A unit job in a worker's hands.
#[derive(Clone, Debug)]
pub(crate) struct UnitLease {
    pub(crate) num: JobNum,
    pub(crate) job: JobId,
    pub(crate) task: Arc<str>,
    pub(crate) started_at: Time,
    pub(crate) attempt: u32,
    pub(crate) batch: Option<Arc<str>>,
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

    /// Takes down that a job's row was changed in what lists show.
    pub(crate) fn changed(&self, job: JobNum) {
        self.memory.changed.borrow_mut().push(job.0);
    }

    pub(crate) fn job_moved(&mut self, from: Option<JobState>, to: Option<JobState>) {
        self.memory.counters.job_moved(from, to);
    }

    /// Takes down that a job of a batch came or moved on.
    pub(crate) fn batch_moved(
        &mut self,
        batch: Option<&str>,
        (from, to): (Option<JobState>, JobState),
        now: Time,
    ) {
        if let Some(batch) = batch {
            self.memory.batches.moved(batch, (from, to), now);
        }
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
