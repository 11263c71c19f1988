//! Pending jobs that a scope holds back: they stand aside, so that nobody looks at them before
//! something changes in that scope.

use std::cell::RefCell;
use std::collections::BTreeSet;

use paceline_core::Time;
use paceline_core::limits::{Occupied, Rules};
use paceline_core::line::Place;
use paceline_core::scope::{Names, Scope};
use rusqlite::Connection;

use crate::admit::read_candidate;
use crate::context::{WriteContext, find, list};
use crate::error::Result;
use crate::num::JobNum;
use crate::walk::Found;

/// Most parked jobs that are read at once.
const PAGE: u32 = 500;

/// What the writer remembers of scopes that jobs are parked under. Forgotten when a transaction is
/// rolled back; then, as at the start, all of them are looked at again.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    /// Scopes under which jobs may be parked; `None` as long as it was not looked.
    scopes: Option<BTreeSet<String>>,
    /// Scopes in which something has changed.
    freed: BTreeSet<String>,
    /// All may have changed.
    all_freed: bool,
    /// Jobs that count for their scopes, or were about to, no more.
    left: RefCell<Vec<JobNum>>,
}

impl Parked {
    pub(crate) fn forget(&mut self) {
        *self = Parked::default();
    }

    pub(crate) fn free(&mut self, scope: String) {
        self.freed.insert(scope);
    }

    pub(crate) fn free_all(&mut self) {
        self.all_freed = true;
    }

    /// Takes down that a job counts, or was about to, no more: it makes room in its scopes. Costs
    /// nothing while no job is parked.
    pub(crate) fn left(&self, job: JobNum) {
        if self.scopes.as_ref().is_none_or(|scopes| !scopes.is_empty()) {
            self.left.borrow_mut().push(job);
        }
    }

    /// Finds the scopes of the jobs that left; the last step before a commit.
    pub(crate) fn settle(&mut self, connection: &Connection) -> Result<()> {
        const SELECT: &str = "SELECT user, task, queue, key FROM jobs WHERE num = ?1";
        for job in self.left.take() {
            let Some(scopes) = &self.scopes else {
                continue;
            };
            let freed = find(connection, SELECT, (job,), |row| {
                let names = Names {
                    user: row.get_ref(0)?.as_str_or_null()?,
                    task: row.get_ref(1)?.as_str()?,
                    queue: row.get_ref(2)?.as_str()?,
                    key: row.get_ref(3)?.as_str_or_null()?,
                };
                let texts = names.scopes().map(|scope| scope.to_string());
                Ok(texts
                    .filter(|text| scopes.contains(text))
                    .collect::<Vec<_>>())
            })?;
            match freed {
                Some(freed) => self.freed.extend(freed),
                // It was deleted with the step that ended it.
                None => self.all_freed = true,
            }
        }
        Ok(())
    }

    /// The scopes in which something has changed and under which jobs may be parked.
    fn take_freed(&mut self, connection: &Connection) -> Result<Vec<Scope>> {
        self.settle(connection)?;
        if self.scopes.is_none() {
            self.scopes = Some(scopes(connection)?);
            self.all_freed = true;
        }
        let known = self.scopes.iter().flatten();
        let freed: Vec<String> = if std::mem::take(&mut self.all_freed) {
            self.freed.clear();
            known.cloned().collect()
        } else {
            let freed = std::mem::take(&mut self.freed);
            let is_known = |text: &String| {
                let scopes = self.scopes.as_ref();
                scopes.is_some_and(|scopes| scopes.contains(text))
            };
            freed.into_iter().filter(is_known).collect()
        };
        Ok(freed.iter().filter_map(|text| text.parse().ok()).collect())
    }

    /// Whether jobs may be parked under the scope.
    pub(crate) fn is_known(&self, scope: &str) -> bool {
        let scopes = self.scopes.as_ref();
        scopes.is_none_or(|scopes| scopes.contains(scope))
    }

    fn emptied(&mut self, scope: &str) {
        if let Some(scopes) = &mut self.scopes {
            scopes.remove(scope);
        }
    }

    fn added(&mut self, scope: String) {
        if let Some(scopes) = &mut self.scopes {
            scopes.insert(scope);
        }
    }

    /// Whether something has changed since jobs were last brought back.
    pub(crate) fn has_news(&self) -> bool {
        self.all_freed
            || self.scopes.is_none()
            || !self.freed.is_empty()
            || !self.left.borrow().is_empty()
    }
}

/// Scopes with parked jobs, each found by one step in the index.
fn scopes(connection: &Connection) -> Result<BTreeSet<String>> {
    const NEXT: &str = "SELECT min(lane_key) FROM jobs WHERE lane = 7 AND lane_key > ?1";
    let mut scopes = BTreeSet::new();
    let mut last = String::new();
    while let Some(scope) = find(connection, NEXT, (&last,), |row| {
        row.get::<_, Option<String>>(0)
    })?
    .flatten()
    {
        last.clone_from(&scope);
        scopes.insert(scope);
    }
    Ok(scopes)
}

/// Puts jobs aside.
pub(crate) fn park(context: &mut WriteContext<'_>, jobs: &[(JobNum, Scope)]) -> Result<()> {
    const PARK: &str = "UPDATE jobs SET lane = 7, lane_key = ?2 WHERE num = ?1";
    for (num, scope) in jobs {
        let scope = scope.to_string();
        context.execute(PARK, (num, &scope))?;
        context.memory.parked.added(scope);
    }
    Ok(())
}

/// Jobs that were chosen to start and did not after all: who was put aside for their sake is looked
/// at again with the next choice, for then they may have to stand back.
pub(crate) fn not_started(context: &WriteContext<'_>, jobs: impl Iterator<Item = JobNum>) {
    jobs.for_each(|job| context.memory.parked.left(job));
}

/// Brings back who may start now that something has changed in their scopes: of each scope the
/// first in line, as many as it has room for. Who is held by another scope is parked there.
pub(crate) fn bring_back(
    context: &mut WriteContext<'_>,
    rules: &Rules,
    occupied: &Occupied,
    now: Time,
) -> Result<()> {
    for scope in context.memory.parked.take_freed(context.connection)? {
        match rules.room(scope.kind, &scope.name, occupied, now) {
            // Somebody was faster, or it is on hold: its next change brings them back.
            Some(0) => {}
            Some(room) => bring_back_some(context, rules, occupied, &scope, room, now)?,
            None => bring_back_all(context, &scope)?,
        }
    }
    Ok(())
}

fn bring_back_all(context: &mut WriteContext<'_>, scope: &Scope) -> Result<()> {
    const ALL: &str = "UPDATE jobs SET lane = CASE kind WHEN 'unit' THEN 1 ELSE 2 END,
        lane_key = CASE kind WHEN 'unit' THEN task END WHERE lane = 7 AND lane_key = ?1";
    let scope = scope.to_string();
    context.execute(ALL, (&scope,))?;
    context.memory.parked.emptied(&scope);
    Ok(())
}

fn bring_back_some(
    context: &mut WriteContext<'_>,
    rules: &Rules,
    occupied: &Occupied,
    scope: &Scope,
    mut room: u32,
    now: Time,
) -> Result<()> {
    const ONE: &str = "UPDATE jobs SET lane = CASE kind WHEN 'unit' THEN 1 ELSE 2 END,
        lane_key = CASE kind WHEN 'unit' THEN task END WHERE num = ?1";
    let text = scope.to_string();
    let mut after = (Place::from_micros(i64::MIN), JobNum(i64::MIN));
    while room > 0 {
        let most = room.min(PAGE);
        let page = parked_under(context, &text, after, most)?;
        let is_last = page.len() < usize::try_from(most).unwrap_or(usize::MAX);
        let mut moved = Vec::new();
        for job in page {
            after = (job.place, job.id.num);
            if let Some((kind, name)) = rules.held_by(job.names(), occupied, now) {
                moved.push((job.id.num, Scope::new(kind, name)));
            } else {
                context.execute(ONE, (job.id.num,))?;
                room -= 1;
            }
        }
        park(context, &moved)?;
        if is_last {
            context.memory.parked.emptied(&text);
            return Ok(());
        }
    }
    Ok(())
}

fn parked_under(
    context: &WriteContext<'_>,
    scope: &str,
    (place, num): (Place, JobNum),
    most: u32,
) -> Result<Vec<Found>> {
    const PARKED: &str = "SELECT num, lane_order, kind = 'unit', user, task, queue, key FROM jobs
        WHERE lane = 7 AND lane_key = ?1 AND (lane_order, num) > (?2, ?3)
        ORDER BY lane_order, num LIMIT ?4";
    let params = (scope, place.as_micros(), num, most);
    list(context.connection, PARKED, params, read_candidate)
}
