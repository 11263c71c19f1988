//! Reading items: what was submitted, joined with what became of it.

use std::time::Duration;

use paceline_core::item::Item;
use paceline_core::query::ItemQuery;
use paceline_core::ranges::Ranges;
use paceline_core::{ItemState, JobId, JobState, Json, Seq, Time};
use rusqlite::{Connection, Row};

use crate::context::{find, list};
use crate::error::Result;
use crate::num::{JobNum, seq_of};
use crate::text::{invalid, maybe_error, maybe_result, maybe_time, word};

const COLUMNS: &str = "SELECT i.place, i.key, i.payload, o.state, o.attempts, o.result, o.error,
    o.duration, o.finished_at FROM";

/// What the states of a job's items depend on beside their outcomes.
pub(crate) struct Around {
    pub(crate) job: JobNum,
    pub(crate) state: JobState,
    pub(crate) total: u32,
    pub(crate) leased: Vec<Ranges>,
}

impl Around {
    fn load(connection: &Connection, id: JobId) -> Result<Option<Self>> {
        // A job that was answered from the cache shows the items of the one that ran.
        const JOB: &str = "SELECT coalesce(s.num, j.num), j.state, p.total FROM jobs j
            JOIN progress p ON p.job = j.num LEFT JOIN jobs s ON s.id = j.cached_from
            WHERE j.id = ?1";
        const LEASES: &str = "SELECT ranges FROM leases WHERE job = ?1 AND ranges IS NOT NULL";
        let job = find(connection, JOB, (id.into_bytes(),), |row| {
            Ok((row.get(0)?, word(row, 1)?, row.get(2)?))
        })?;
        let Some((job, state, total)) = job else {
            return Ok(None);
        };
        let leased = list(connection, LEASES, (job,), |row| {
            let text = row.get_ref(0)?.as_str()?;
            text.parse().map_err(|error| invalid(0, error))
        })?;
        Ok(Some(Around {
            job,
            state,
            total,
            leased,
        }))
    }

    fn is_leased(&self, seq: Seq) -> bool {
        self.leased.iter().any(|ranges| ranges.contains(seq))
    }

    /// The positions in workers' hands, in order.
    pub(crate) fn leased_seqs(&self) -> Vec<Seq> {
        let mut seqs: Vec<Seq> = self.leased.iter().flat_map(Ranges::seqs).collect();
        seqs.sort_unstable();
        seqs
    }

    /// The state of an item, given the state of its outcome, if it has one.
    pub(crate) fn item_state(&self, seq: Seq, outcome: Option<ItemState>) -> ItemState {
        match outcome {
            Some(state) if state.is_terminal() => state,
            _ if self.state.is_terminal() => ItemState::Cancelled,
            _ if self.is_leased(seq) => ItemState::Running,
            _ => ItemState::Pending,
        }
    }

    fn read(&self, row: &Row<'_>) -> rusqlite::Result<Item> {
        let seq = seq_of(row.get(0)?);
        let outcome = match row.get_ref(3)?.as_str_or_null()? {
            None => None,
            Some(_) => Some(word(row, 3)?),
        };
        let ended = outcome.is_some_and(|state: ItemState| state.is_terminal());
        let finished_at: Option<Time> = maybe_time(row, 8)?;
        Ok(Item {
            seq,
            key: row.get(1)?,
            payload: Json::from_checked(row.get_ref(2)?.as_str()?),
            state: self.item_state(seq, outcome),
            attempts: row.get::<_, Option<u32>>(4)?.unwrap_or(0),
            result: maybe_result(row, 5)?,
            error: maybe_error(row, 6)?,
            duration: row.get::<_, Option<u64>>(7)?.map(Duration::from_micros),
            finished_at: finished_at.filter(|_| ended),
        })
    }

    /// The first place that a query asks for, and the last one that there is.
    fn places(&self, after: Option<Seq>) -> Option<(i64, i64)> {
        let first = after.map_or(0, |seq| seq.0.saturating_add(1));
        (first < self.total).then(|| {
            (
                self.job.place(Seq(first)),
                self.job.place(Seq(self.total - 1)),
            )
        })
    }
}

pub(crate) fn items(connection: &Connection, id: JobId, query: &ItemQuery) -> Result<Vec<Item>> {
    let Some(around) = Around::load(connection, id)? else {
        return Ok(Vec::new());
    };
    let Some(places) = around.places(query.after) else {
        return Ok(Vec::new());
    };
    let limit = query.limit;
    match query.state {
        None => all(connection, &around, places, limit),
        Some(state @ (ItemState::Succeeded | ItemState::Failed | ItemState::Skipped)) => {
            ended(connection, &around, places, state, limit)
        }
        Some(ItemState::Running) => some(connection, &around, places, around.leased_seqs(), limit),
        Some(state @ (ItemState::Pending | ItemState::Cancelled)) => {
            // Both are what is free: the job's own state makes the difference.
            if around.state.is_terminal() != (state == ItemState::Cancelled) {
                return Ok(Vec::new());
            }
            let seqs = free_seqs(connection, &around, places, limit)?;
            some(connection, &around, places, seqs, limit)
        }
    }
}

fn all(
    connection: &Connection,
    around: &Around,
    (first, last): (i64, i64),
    limit: u32,
) -> Result<Vec<Item>> {
    let sql = format!(
        "{COLUMNS} items i LEFT JOIN outcomes o ON o.place = i.place
        WHERE i.place BETWEEN ?1 AND ?2 ORDER BY i.place LIMIT ?3"
    );
    list(connection, &sql, (first, last, limit), |row| {
        around.read(row)
    })
}

fn ended(
    connection: &Connection,
    around: &Around,
    (first, last): (i64, i64),
    state: ItemState,
    limit: u32,
) -> Result<Vec<Item>> {
    // The second condition lets SQLite use the index of all that did not succeed.
    let indexed = if state == ItemState::Succeeded {
        ""
    } else {
        "AND o.state <> 'succeeded'"
    };
    let sql = format!(
        "{COLUMNS} outcomes o CROSS JOIN items i ON i.place = o.place
        WHERE o.place BETWEEN ?1 AND ?2 AND o.state = ?3 {indexed} ORDER BY o.place LIMIT ?4"
    );
    let params = (first, last, state.as_str(), limit);
    list(connection, &sql, params, |row| around.read(row))
}

/// The items at some positions, those that lie between two places.
fn some(
    connection: &Connection,
    around: &Around,
    (first, last): (i64, i64),
    seqs: Vec<Seq>,
    limit: u32,
) -> Result<Vec<Item>> {
    let sql =
        format!("{COLUMNS} items i LEFT JOIN outcomes o ON o.place = i.place WHERE i.place = ?1");
    let places = seqs
        .into_iter()
        .map(|seq| around.job.place(seq))
        .filter(|place| (first..=last).contains(place))
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut items = Vec::new();
    for place in places {
        items.extend(find(connection, &sql, (place,), |row| around.read(row))?);
    }
    Ok(items)
}

fn free_seqs(
    connection: &Connection,
    around: &Around,
    (first, _): (i64, i64),
    limit: u32,
) -> Result<Vec<Seq>> {
    const SELECT: &str = "SELECT first_seq, last_seq FROM ranges
        WHERE job = ?1 AND last_seq >= ?2 ORDER BY first_seq LIMIT ?3";
    let from = seq_of(first);
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let ranges: Vec<(u32, u32)> = list(connection, SELECT, (around.job, from.0, limit), read)?;
    Ok(ranges
        .into_iter()
        .flat_map(|(first, last)| first.max(from.0)..=last)
        .map(Seq)
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect())
}

/// The item with this key; of items without keys, the one at this position.
pub(crate) fn item(connection: &Connection, id: JobId, key: &str) -> Result<Option<Item>> {
    const BY_KEY: &str = "SELECT place FROM item_keys WHERE job = ?1 AND key = ?2";
    let Some(around) = Around::load(connection, id)? else {
        return Ok(None);
    };
    let Some(all) = around.places(None) else {
        return Ok(None);
    };
    let by_key = find(connection, BY_KEY, (around.job, key), |row| row.get(0))?;
    let seq = match by_key {
        Some(place) => Some(seq_of(place)),
        None => key.parse().ok().map(Seq),
    };
    let items = some(connection, &around, all, seq.into_iter().collect(), 1)?;
    Ok(items
        .into_iter()
        .find(|item| by_key.is_some() || item.key.is_none()))
}
