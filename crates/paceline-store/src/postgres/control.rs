//! What people and programs do to jobs: which jobs an action is for, and what came of it.

use std::collections::{HashMap, HashSet};

use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::merge::Identity;
use paceline_core::query::Selector;
use paceline_core::store::{Action, Change, Controlled, Refusal};
use paceline_core::{JobId, JobOptions, JobState, LeaseId, Time};

use super::changes::Changes;
use super::connect::Shared;
use super::dependencies;
use super::ending;
use super::entry::{Column, Entry};
use super::error::Result;
use super::filter::Conditions;
use super::flush;
use super::load::{self, Entries, Which};
use super::merge;
use super::rerun::{self, LastRun};
use super::row::{Columns, uuid};
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::control_job::check;
use crate::ending::Ending;
use crate::num::JobNum;
use crate::text::labels_text;

/// Most refusals that are listed.
const REFUSED: usize = 1_000;
/// Jobs that are worked on at once.
const PAGE: usize = 1_000;

pub(crate) async fn control(
    shared: &Shared,
    selector: &Selector,
    action: &Action,
    dry_run: bool,
    now: Time,
) -> Result<Controlled> {
    retrying(|| try_control(shared, selector, action, dry_run, now)).await
}

async fn try_control(
    shared: &Shared,
    selector: &Selector,
    action: &Action,
    dry_run: bool,
    now: Time,
) -> Result<Controlled> {
    let mut session = shared.pools.writer().await?.with_patience();
    let mut run = Run {
        action,
        now,
        only_count: dry_run,
        done: Controlled::default(),
        changes: Changes::default(),
        done_by_another: HashSet::new(),
    };
    let selected = select(&mut session, selector).await?;
    let ids: HashSet<JobId> = selected.iter().map(|(id, _)| *id).collect();
    if let Selector::Ids(asked) = selector {
        for id in asked.iter().filter(|id| !ids.contains(id)) {
            run.refuse(*id, Refusal::NotFound);
        }
    }
    for page in order(selector, &selected).chunks(PAGE) {
        run.page(shared, &mut session, page).await?;
    }
    if dry_run {
        session.roll_back().await;
        return Ok(run.done);
    }
    let changes = run.changes;
    flush::commit(
        shared,
        &mut session,
        Batch::default(),
        Entries::new(),
        changes,
    )
    .await?;
    Ok(run.done)
}

/// Begins a transaction and locks the jobs in the order of their numbers, and then their progress.
async fn select(session: &mut Session, selector: &Selector) -> Result<Vec<(JobId, JobNum)>> {
    const BY_ID: &str = "SELECT j.num, j.id FROM jobs j WHERE j.id = ANY($1)
        ORDER BY j.num FOR UPDATE";
    let mut batch = Batch::begin();
    let place = match selector {
        Selector::Ids(ids) => {
            let ids: Vec<uuid::Uuid> = ids.iter().copied().map(uuid).collect();
            batch.add(BY_ID, values![ids])
        }
        Selector::Filter(filter) => {
            let conditions = Conditions::new(filter);
            let sql = format!(
                "SELECT j.num, j.id FROM jobs j WHERE {} ORDER BY j.num FOR UPDATE",
                conditions.sql()
            );
            batch.add(sql, conditions.into_values())
        }
    };
    let mut answers = session.run(batch).await?;
    let mut selected = Vec::new();
    for row in answers.take(place) {
        selected.push((row.job_id(1)?, row.num(0)?));
    }
    let nums: Vec<i64> = selected.iter().map(|(_, num)| num.0).collect();
    let lock = "SELECT 1 FROM progress WHERE job = ANY($1) ORDER BY job FOR UPDATE";
    session.list(lock, values![nums]).await?;
    Ok(selected)
}

/// A job is met once by a filter, and as often as it is named by ids.
fn order(selector: &Selector, selected: &[(JobId, JobNum)]) -> Vec<JobNum> {
    match selector {
        Selector::Filter(_) => selected.iter().map(|(_, num)| *num).collect(),
        Selector::Ids(asked) => {
            let known: HashMap<JobId, JobNum> = selected.iter().copied().collect();
            let met = asked.iter().filter_map(|id| known.get(id).copied());
            met.collect()
        }
    }
}

/// One action on its way through the jobs.
struct Run<'a> {
    action: &'a Action,
    now: Time,
    only_count: bool,
    done: Controlled,
    changes: Changes,
    /// What identifies work that an unfinished job does.
    done_by_another: HashSet<Identity>,
}

impl Run<'_> {
    async fn page(
        &mut self,
        shared: &Shared,
        session: &mut Session,
        page: &[JobNum],
    ) -> Result<()> {
        let mut batch = Batch::default();
        let mut nums: Vec<i64> = page.iter().map(|num| num.0).collect();
        nums.sort_unstable();
        nums.dedup();
        let places = load::add(&mut batch, &Which::Nums(nums));
        let mut answers = session.run(batch).await?;
        let mut entries = load::read(shared, &mut answers, places)?;
        let mut last = self.last_run(session, &entries).await?;
        let needed = self.needed(session, &entries).await?;
        let again = matches!(self.action, Action::Retry | Action::Restart);
        if again {
            let others = merge::done_by_another(session, entries.values()).await?;
            self.done_by_another.extend(others);
        }
        for num in page {
            match entries.get_mut(num) {
                // Removed just before, under the same name.
                Some(entry) if entry.deleted => {
                    let id = entry.job.id;
                    self.refuse(id, Refusal::NotFound);
                }
                Some(entry) => {
                    let needed = needed.contains(num);
                    self.job(entry, &mut last, needed)?;
                }
                None => {}
            }
        }
        if self.only_count {
            return Ok(());
        }
        dependencies::follow_all(shared, session, &mut entries, &mut self.changes).await?;
        let mut batch = Batch::default();
        flush::rows(shared, &mut batch, entries, &mut self.changes);
        session.run(batch).await?;
        Ok(())
    }

    /// Of jobs that are going to be retried.
    async fn last_run(&self, session: &mut Session, entries: &Entries) -> Result<LastRun> {
        if self.only_count || *self.action != Action::Retry {
            return Ok(LastRun::default());
        }
        let retried = entries.values().filter(|entry| {
            let progress = entry.progress.as_ref();
            progress.is_some() && check(&entry.job, progress, self.action, false, self.now).is_ok()
        });
        let jobs = retried.map(|entry| entry.job.num.0).collect();
        rerun::forget_last_run(session, jobs).await
    }

    /// Which of the jobs that are going to be removed unfinished jobs depend on.
    async fn needed(&self, session: &mut Session, entries: &Entries) -> Result<HashSet<JobNum>> {
        if *self.action != Action::Delete {
            return Ok(HashSet::new());
        }
        let parents = entries.values().filter(|entry| entry.job.dependents);
        let parents = parents.map(|entry| entry.job.num.0).collect();
        dependencies::needed(session, parents).await
    }

    fn job(&mut self, entry: &mut Entry, last: &mut LastRun, needed: bool) -> Result<()> {
        self.done.matched += 1;
        let id = entry.job.id;
        let identity = entry.job.identity.filter(|_| entry.job.state.is_terminal());
        entry.job.duplicated = identity.is_some_and(|it| self.done_by_another.contains(&it));
        let progress = entry.progress.as_ref();
        if let Err(refused) = check(&entry.job, progress, self.action, needed, self.now) {
            self.refuse(id, Refusal::State(refused));
            return Ok(());
        }
        self.done.changed += 1;
        if !self.only_count {
            let revoked = act(&mut self.changes, entry, self.action, last, self.now)?;
            if !entry.job.state.is_terminal() {
                // Of two that do the same work only one runs again.
                self.done_by_another.extend(entry.job.identity);
            }
            let revoked = revoked.into_iter().map(|lease| (id, lease));
            self.done.revoked.extend(revoked);
        }
        Ok(())
    }

    fn refuse(&mut self, id: JobId, refusal: Refusal) {
        if self.done.refused.len() < REFUSED {
            self.done.refused.push((id, refusal));
        }
    }
}

/// Does what the lifecycle allows. Returns the leases that end by it.
fn act(
    changes: &mut Changes,
    entry: &mut Entry,
    action: &Action,
    last: &mut LastRun,
    now: Time,
) -> Result<Vec<LeaseId>> {
    match action {
        Action::Cancel { reason } => {
            let ending = Ending::Cancelled(reason.clone());
            return ending::end(changes, entry, &ending, now);
        }
        Action::Pause => {
            // Leases stay with their workers; the job's time stands still.
            entry.must_step(changes, Event::Pause, now)?;
            entry.job.stop_clock(now);
            entry.progressed(now);
            entry.tell(changes, EventKind::Paused, now);
        }
        Action::Resume => {
            entry.must_step(changes, Event::Resume, now)?;
            if entry.job.state == JobState::Running {
                entry.job.start_clock(now);
            }
            entry.progressed(now);
            entry.tell(changes, EventKind::Resumed, now);
            ending::end_if_empty(changes, entry, now)?;
        }
        Action::Retry => rerun::retry(changes, entry, last, now)?,
        Action::Restart => rerun::restart(changes, entry, now)?,
        Action::Delete => delete(changes, entry, now),
        Action::Change(change) => self::change(changes, entry, change, now)?,
    }
    Ok(Vec::new())
}

/// Removes a job and leaves the event that tells of it. Its items, which may be many, follow slice
/// by slice.
fn delete(changes: &mut Changes, entry: &mut Entry, now: Time) {
    entry.deleted = true;
    let job = &entry.job;
    changes.events.push((
        now.as_micros(),
        EventKind::Deleted.as_str(),
        Some(job.num.0),
        Some(job.state.as_str()),
        None,
        Some(uuid(job.id)),
        Some(job.task.clone()),
        entry.job.batch.clone(),
    ));
    changes.deleted.push(job.num.0);
    if entry.progress.is_some() {
        changes.garbage.push((job.num.0, job.task.clone()));
    }
    changes.job_moved(Some(job.state), None);
}

fn change(changes: &mut Changes, entry: &mut Entry, change: &Change, now: Time) -> Result<()> {
    let Change {
        priority,
        labels,
        workers,
        run_at,
    } = change;
    if let Some(priority) = priority {
        entry.job.set_priority(*priority);
        entry.written.job = true;
        entry.progressed(now);
    }
    if let Some(labels) = labels {
        entry.written.labels = Column::Set(labels_text(labels));
        entry.written.job = true;
    }
    if let Some(workers) = workers {
        entry.set_options(JobOptions {
            workers: *workers,
            ..JobOptions::clone(&entry.job.options)
        });
        if let Some(progress) = &mut entry.progress {
            progress.workers = *workers;
        }
        entry.progressed(now);
    }
    if priority.is_some() || labels.is_some() || workers.is_some() {
        entry.tell(changes, EventKind::Changed, now);
    }
    if let Some(run_at) = *run_at {
        entry.must_step(changes, Event::Reschedule(run_at), now)?;
        entry.job.run_at = run_at;
        entry.job.wait_at(run_at, now);
        entry.tell(changes, EventKind::Rescheduled, now);
    }
    Ok(())
}
