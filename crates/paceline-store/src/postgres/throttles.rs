//! Breakers and rates of tasks: where they are kept. Whoever hands out work of a throttled task, or
//! counts how it ended, holds the lock of its row to the end of the transaction.
//!
//! Rows are locked in the order of the names, after those of jobs and progress.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use paceline_core::Time;
use paceline_core::limits::Rules;
use paceline_core::scope::Scope;
use paceline_core::task::Task;
use paceline_core::throttle::{TaskThrottle, Throttle};
use tokio_postgres::Row;

use super::changes::{Changes, columns};
use super::connect::Shared;
use super::error::{Error, Result};
use super::flush;
use super::items_write::clean;
use super::load::Entries;
use super::row::{Columns, int};
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::throttle_set::{self, ThrottleSet};
use crate::throttle_text::{policy_text, state_text};

/// Locks some of them, for [`read`].
pub(crate) const LOCK: &str = "SELECT task, policy, state FROM throttles WHERE task = ANY($1)
    ORDER BY task COLLATE \"C\" FOR UPDATE";

pub(crate) fn read(rows: &[Row]) -> Result<ThrottleSet> {
    let tasks = rows.iter().map(read_one).collect::<Result<Vec<_>>>()?;
    Ok(ThrottleSet::new(tasks))
}

fn read_one(row: &Row) -> Result<TaskThrottle> {
    let (policy, state): (&str, &str) = (row.value(1)?, row.value(2)?);
    let read = throttle_set::read(row.text(0)?, policy, state);
    read.map_err(|error| Error::corrupt(format!("a throttle: {error}")))
}

pub(crate) async fn throttles(session: &mut Session) -> Result<Vec<TaskThrottle>> {
    const SELECT: &str = "SELECT task, policy, state FROM throttles ORDER BY task COLLATE \"C\"";
    let rows = session.list(SELECT, values![]).await?;
    rows.iter().map(read_one).collect()
}

/// Those of some tasks that are throttled, as far as the rules tell.
pub(crate) fn among<'a>(
    rules: &Rules,
    tasks: impl IntoIterator<Item = &'a String>,
) -> BTreeSet<String> {
    let throttled = rules.throttled();
    if throttled.is_empty() {
        return BTreeSet::new();
    }
    let tasks = tasks.into_iter();
    let some = tasks.filter(|task| throttled.contains_key(*task));
    some.cloned().collect()
}

/// Tasks that were ever seen throttled here. A task that no longer is costs a look at its row.
#[derive(Debug, Default)]
pub(crate) struct Throttled(Mutex<BTreeSet<String>>);

impl Throttled {
    /// Learns which tasks are throttled. Before a node reports on work it has claimed it, and each
    /// claim teaches it what holds for its leases. Claims run side by side, so that one may come
    /// here with older rules than the one before: nothing is unlearnt.
    pub(crate) fn learn(&self, rules: &Rules) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for task in rules.throttled().keys() {
            if !known.contains(task) {
                known.insert(task.clone());
            }
        }
    }

    /// Those of the tasks of some jobs.
    pub(crate) fn of(&self, entries: &Entries) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return Vec::new();
        }
        let tasks = entries.values().map(|entry| &entry.job.task);
        let tasks: BTreeSet<&String> = tasks.filter(|task| known.contains(*task)).collect();
        tasks.into_iter().cloned().collect()
    }
}

columns!(ThrottleRows {
    task: String,
    state: String,
    open_until: Option<i64>,
    probes: Option<i32>,
});

impl Changes {
    /// Takes down what has changed of throttles, with the events that tell of it.
    pub(crate) fn settle_throttles(&mut self, now: Time) {
        self.throttles.count(now);
        for row in self.throttles.take_changed() {
            let open_until = row.trial.and_then(|trial| trial.open_until);
            let probes = row.trial.map(|trial| int(trial.probes));
            if row.turned {
                self.freed.push(Scope::task(&row.task).to_string());
            }
            let open_until = open_until.map(Time::as_micros);
            self.throttle_rows
                .push((row.task, row.state, open_until, probes));
        }
        for (kind, data) in self.throttles.take_news() {
            self.record(kind, &data, now);
        }
    }
}

pub(crate) async fn reset(shared: &Shared, task: &str, now: Time) -> Result<bool> {
    let task = clean(task);
    retrying(|| async {
        let mut session = shared.pools.writer().await?;
        let mut batch = Batch::begin();
        let row = batch.add(LOCK, values![vec![task.clone()]]);
        let mut answers = session.run(batch).await?;
        let mut changes = Changes::default();
        changes.throttles = read(&answers.take(row))?;
        if !changes.throttles.reset(&task) {
            session.roll_back().await;
            return Ok(false);
        }
        changes.settle_throttles(now);
        let (batch, none) = (Batch::default(), Entries::new());
        flush::commit(shared, &mut session, batch, none, changes).await?;
        Ok(true)
    })
    .await
}

/// Takes over what tasks declare, by name; what is remembered stays.
pub(crate) fn declare(batch: &mut Batch<'_>, tasks: &[&Task]) {
    const UPSERT: &str = "INSERT INTO throttles (task, policy, state)
        SELECT task, policy, $3 FROM unnest($1::text[], $2::text[]) n (task, policy)
        ON CONFLICT (task) DO UPDATE SET policy = excluded.policy";
    const DELETE: &str = "WITH gone AS (DELETE FROM throttles WHERE task = ANY($1) RETURNING task)
        INSERT INTO freed (scope) SELECT 'task:' || task FROM gone";
    let (mut names, mut policies, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for task in tasks {
        if task.throttle.is_none() {
            without.push(clean(&task.name));
        } else {
            names.push(clean(&task.name));
            policies.push(policy_text(&task.throttle));
        }
    }
    if !names.is_empty() {
        let new = state_text(&Throttle::default());
        batch.add(UPSERT, values![names, policies, new]);
    }
    batch.add(DELETE, values![without]);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use paceline_core::limits::Limits;

    use super::*;

    #[test]
    fn a_claim_with_older_rules_takes_nothing_away() {
        let older = Rules::new(Limits::NONE, []);
        let throttled = BTreeMap::from([("fetch".to_owned(), None)]);
        let newer = older.clone().with_throttled(throttled);
        let known = Throttled::default();
        known.learn(&newer);
        known.learn(&older);
        let known = known.0.into_inner().expect("not poisoned");
        assert_eq!(known, BTreeSet::from(["fetch".to_owned()]));
    }
}
