//! Taking jobs in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use paceline_core::dependency::Standing;
use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob, Work};
use paceline_core::lifecycle;
use paceline_core::line::Place;
use paceline_core::merge::Decision;
use paceline_core::progress::Counters;
use paceline_core::ranges::Ranges;
use paceline_core::store::{StoreError, Submitted};
use paceline_core::{JobId, JobState, Time};
use uuid::Uuid;

use super::changes::{Changes, Rows, columns};
use super::connect::Shared;
use super::ending;
use super::entry::Entry;
use super::error::{Error, Result};
use super::flush::{self, lane, priority};
use super::items_write::{self, Append, KNOWN, clean};
use super::load::Entries;
use super::row::{Columns, uuid};
use super::session::{Batch, Session, values};
use super::ties::{self, Tied, Ties};
use super::transact::retrying;
use super::wait_for::{self, Parents};
use crate::items_write::all_but;
use crate::job_row::{JobRow, kind_word};
use crate::num::{JobNum, as_i64};
use crate::options_row::LastOptions;
use crate::progress_row::Progress;
use crate::submit::line_place;
use crate::text::labels_text;

/// One call of `submit`.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) jobs: Arc<Vec<NewJob>>,
    pub(crate) now: Time,
}

type Answer = Result<Vec<Submitted>, StoreError>;

columns!(NewRows {
    num: i64,
    id: Uuid,
    name: String,
    task: String,
    queue: String,
    kind: &'static str,
    state: &'static str,
    priority: i32,
    created_at: i64,
    run_at: Option<i64>,
    finished_at: Option<i64>,
    lane: Option<i32>,
    place: i64,
    user: Option<String>,
    key: Option<String>,
    batch: Option<String>,
    labels: Option<String>,
    options: String,
    params: String,
    error: Option<String>,
});

/// Takes in some submissions, each whole or not at all.
pub(crate) async fn submit(shared: &Shared, calls: Vec<Submission>) -> Result<Vec<Answer>> {
    let refusals: Vec<Option<StoreError>> = calls.iter().map(|call| refusal(&call.jobs)).collect();
    let good: Vec<&Submission> = calls
        .iter()
        .zip(&refusals)
        .filter_map(|(call, refused)| refused.is_none().then_some(call))
        .collect();
    let taken = match retrying(|| take(shared, &good)).await {
        // A submission that was taken before, although its caller did not hear so.
        Err(error) if error.is_a_duplicate() => match &good[..] {
            [only] => vec![again(shared, only, error).await],
            _ => return Err(Error::corrupt("a job's id is used twice")),
        },
        taken => taken?,
    };
    let mut taken = taken.into_iter();
    let answers = refusals.into_iter().map(|refused| match refused {
        Some(refused) => Err(refused),
        None => taken.next().unwrap_or_else(|| Ok(Vec::new())),
    });
    Ok(answers.collect())
}

/// Why the jobs cannot be taken, by themselves.
pub(crate) fn refusal(jobs: &[NewJob]) -> Option<StoreError> {
    jobs.iter().find_map(|job| match &job.work {
        Work::Items(items) => items_write::check_count(0, items)
            .and_then(|()| items_write::check_keys(&mut HashMap::new(), 0, items))
            .err(),
        Work::Unit | Work::Plan => None,
    })
}

/// The answer to a submission whose jobs are there already.
async fn again(shared: &Shared, call: &Submission, error: Error) -> Answer {
    const SELECT: &str = "SELECT id, state, merged_into, cached_from FROM jobs WHERE id = ANY($1)";
    let ids: Vec<Uuid> = call.jobs.iter().map(|job| uuid(job.id)).collect();
    let mut session = shared.pools.writer().await?;
    let mut taken = HashMap::new();
    for row in session.list(SELECT, values![ids]).await? {
        let job = |column| -> Result<Option<JobId>> {
            let id: Option<Uuid> = row.value(column)?;
            Ok(id.map(|id| JobId::from_bytes(id.into_bytes())))
        };
        let submitted = Submitted {
            id: row.job_id(0)?,
            state: row.word(1)?,
            merged_into: job(2)?,
            cached_from: job(3)?,
        };
        taken.insert(submitted.id, submitted);
    }
    let answers = call.jobs.iter().map(|job| taken.remove(&job.id));
    answers
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| error.into())
}

async fn take(shared: &Shared, calls: &[&Submission]) -> Result<Vec<Answer>> {
    let count: usize = calls.iter().map(|call| call.jobs.len()).sum();
    if count == 0 {
        return Ok(calls.iter().map(|_| Ok(Vec::new())).collect());
    }
    let mut session = shared.pools.writer().await?;
    let (submitted, mut arrivals) = arrive(shared, &mut session, Batch::begin(), calls).await?;
    let mut batch = Batch::default();
    arrivals.insert(&mut batch);
    let (entries, changes) = arrivals.into_parts();
    flush::commit(shared, &mut session, batch, entries, changes).await?;
    Ok(submitted)
}

/// Makes jobs ready to be written, with what must be known of the tables; `batch` is what is said
/// before. There must be a job at least.
pub(crate) async fn arrive(
    shared: &Shared,
    session: &mut Session,
    mut batch: Batch<'_>,
    calls: &[&Submission],
) -> Result<(Vec<Answer>, Arrivals)> {
    let count: usize = calls.iter().map(|call| call.jobs.len()).sum();
    let ties = ties::add(&mut batch, calls.iter().flat_map(|call| call.jobs.iter()));
    // Numbers after the locks, so that of duplicates the newer has the higher one.
    let nums = batch.add(NUMBERS, values![as_i64(count)]);
    let asked = Asked::new(calls);
    let known = asked.add(&mut batch);
    let mut answers = session.run(batch).await?;
    let nums = numbers(&answers.take(nums))?;
    let mut known_keys = HashSet::new();
    for row in known.map_or_else(Vec::new, |known| answers.take(known)) {
        known_keys.insert(row.number(0)?);
    }

    let (ties, survivors) = Ties::read(shared, session, &mut answers, ties).await?;
    let mut arrivals = Arrivals {
        known: asked.places(known_keys),
        ..Arrivals::tied(ties, survivors)
    };
    let mut options = LastOptions::default();
    let mut nums = nums.into_iter();
    let mut submitted = Vec::with_capacity(calls.len());
    for call in calls {
        if let Some(refused) = arrivals.ties.refusal(&call.jobs, call.now) {
            submitted.push(Err(refused));
            continue;
        }
        let mut of_call = Vec::with_capacity(call.jobs.len());
        for job in call.jobs.iter() {
            let num = nums
                .next()
                .ok_or_else(|| Error::corrupt("too few numbers"))?;
            let options = options.text(&job.options);
            let when = (call.now, call.now);
            let source = Source::Submitted;
            of_call.push(arrivals.add(JobNum(num), job, options, source, when)?);
        }
        submitted.push(Ok(of_call));
    }
    Ok((submitted, arrivals))
}

pub(crate) const NUMBERS: &str =
    "SELECT array_agg(nextval('job_num')) FROM generate_series(1, $1::bigint)";

pub(crate) fn numbers(rows: &[tokio_postgres::Row]) -> Result<Vec<i64>> {
    let row = rows.first().ok_or_else(|| Error::corrupt("no numbers"))?;
    let mut numbers: Vec<i64> = row.value(0)?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// Keys of items that are to be run only if they are new.
struct Asked {
    tasks: Vec<String>,
    keys: Vec<String>,
    /// The id of the job and the index of the item, of each.
    of: Vec<(paceline_core::JobId, usize)>,
}

impl Asked {
    fn new(calls: &[&Submission]) -> Self {
        let mut asked = Asked {
            tasks: Vec::new(),
            keys: Vec::new(),
            of: Vec::new(),
        };
        for job in calls.iter().flat_map(|call| call.jobs.iter()) {
            let Work::Items(items) = &job.work else {
                continue;
            };
            let items = items.iter().enumerate().filter(|_| job.options.only_new);
            for (index, item) in items {
                if let Some(key) = &item.key {
                    asked.tasks.push(clean(&job.task));
                    asked.keys.push(clean(key));
                    asked.of.push((job.id, index));
                }
            }
        }
        asked
    }

    fn add(&self, batch: &mut Batch<'_>) -> Option<usize> {
        let values = || values![self.tasks.clone(), self.keys.clone()];
        (!self.keys.is_empty()).then(|| batch.add(KNOWN, values()))
    }

    fn places(&self, known: HashSet<i64>) -> HashSet<(paceline_core::JobId, usize)> {
        let place = |place: i64| usize::try_from(place - 1).ok();
        let of = known.into_iter().filter_map(place);
        of.filter_map(|place| self.of.get(place).copied()).collect()
    }
}

/// Jobs on their way into the tables.
#[derive(Default)]
pub(crate) struct Arrivals {
    rows: NewRows,
    pub(crate) entries: Entries,
    pub(crate) changes: Changes,
    /// Items that have a succeeded result.
    known: HashSet<(paceline_core::JobId, usize)>,
    /// What is known of other jobs.
    pub(crate) ties: Ties,
}

/// Where the work of a submission is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// In it.
    Submitted,
    /// In the tables, under the number of an upload: so many items, of which `work` is to be done.
    Uploaded {
        under: JobNum,
        total: u32,
        work: &'a Ranges,
    },
}

impl Source<'_> {
    pub(crate) fn kind(self, job: &NewJob) -> JobKind {
        match self {
            Source::Submitted => job.work.kind(),
            Source::Uploaded { .. } => JobKind::Items,
        }
    }
}

impl Arrivals {
    /// `survivors` are jobs that may have to take over.
    pub(crate) fn tied(ties: Ties, survivors: Entries) -> Self {
        Arrivals {
            ties,
            entries: survivors,
            ..Arrivals::default()
        }
    }

    /// Takes in a job at one time: the time that it is shown with, and now.
    pub(crate) fn add(
        &mut self,
        num: JobNum,
        job: &NewJob,
        options: &str,
        source: Source<'_>,
        times: (Time, Time),
    ) -> Result<Submitted> {
        if let Some(source) = self.ties.cache.find(job, times.1) {
            return self.answer(num, job, options, source, times);
        }
        let tied = self.ties.of(job);
        let state = match tied.decision {
            Decision::Into(survivor) => {
                let parents = tied.parents.as_ref();
                return self.merge(num, job, options, (survivor, parents), source, times);
            }
            Decision::Refuse(_) => return Err(Error::corrupt("a duplicate was not refused")),
            Decision::Run | Decision::Behind(_) => {
                let (kind, progress) = self.work(num, job, source, times.1);
                let entry = Entry::new(row(num, job, kind), progress);
                self.place(entry, job, options, tied, times)?
            }
        };
        Ok(Submitted {
            id: job.id,
            state,
            merged_into: None,
            cached_from: None,
        })
    }

    /// Writes what a submission is to work on under the number of a job.
    pub(crate) fn work(
        &mut self,
        num: JobNum,
        job: &NewJob,
        source: Source<'_>,
        now: Time,
    ) -> (JobKind, Option<Progress>) {
        let new = Progress::new(num, job.options.workers, now);
        let (total, work) = match (source, &job.work) {
            (Source::Submitted, Work::Unit) => return (JobKind::Unit, None),
            (Source::Submitted, Work::Plan) => {
                let progress = Progress {
                    planned: false,
                    ..new
                };
                return (JobKind::Planned, Some(progress));
            }
            (Source::Submitted, Work::Items(items)) => {
                let append = Append {
                    job: num,
                    from: 0,
                    items,
                    now,
                };
                let known = &self.known;
                let skip = |index| known.contains(&(job.id, index));
                let skipped = items_write::append(&mut self.changes, append, skip);
                let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
                (total, all_but(total, skipped))
            }
            (Source::Uploaded { under, total, work }, _) => {
                if under != num {
                    self.changes.items_moved.push((under.0, num.0));
                }
                (total, work.clone())
            }
        };
        self.changes.free(num, &work, 0, false);
        let progress = Progress {
            counters: Counters {
                total,
                skipped: total - work.len(),
                ..Counters::default()
            },
            free: work.len(),
            ..new
        };
        (JobKind::Items, Some(progress))
    }

    pub(crate) fn submitted(&mut self, entry: &Entry, job: &NewJob, now: Time) {
        if !self.changes.queues.contains(&job.queue) {
            self.changes.queues.insert(clean(&job.queue));
        }
        self.changes.job_moved(None, Some(entry.job.state));
        let moved = (None, entry.job.state);
        let batch = entry.job.batch.as_deref();
        self.changes.batch_moved(batch, moved, now);
        let data = entry.data();
        self.changes
            .tell(EventKind::Submitted, &entry.job, &data, now);
    }

    /// Writes the job and ends it if there is nothing to do.
    fn place(
        &mut self,
        mut entry: Entry,
        job: &NewJob,
        options: &str,
        tied: Tied,
        (created_at, now): (Time, Time),
    ) -> Result<JobState> {
        let done = entry
            .progress
            .as_ref()
            .is_some_and(|progress| progress.planned && progress.counters.remaining() == 0);
        let Tied { parents, decision } = tied;
        let depends = parents.as_ref().map_or(Standing::Free, Parents::standing);
        let depends = match (depends, decision) {
            (Standing::Free, Decision::Behind(_)) => Standing::Waits,
            (depends, _) => depends,
        };
        // A job without work has no time to wait for.
        entry.job.run_at = job.run_at.filter(|_| !done);
        entry.job.state = lifecycle::waiting(entry.job.run_at, depends, now);
        entry.job.place = line_place(job, created_at);
        self.submitted(&entry, job, now);
        if let Some(parents) = parents {
            parents.attach(&mut self.changes, &mut entry, now)?;
        }
        if let Decision::Behind(running) = decision {
            wait_for::wait_behind(&mut self.changes, &mut entry, running);
        }
        if done {
            ending::end_if_empty(&mut self.changes, &mut entry, now)?;
        }
        if let Some(identity) = job.links.identity {
            let row = (entry.job.num.0, identity.0.to_vec());
            self.changes.identities.push(row);
        }
        if let Some(fingerprint) = job.links.fingerprint() {
            self.changes.remembered(entry.job.num, Some(fingerprint));
        }
        self.ties.parents.taken(job, &entry);
        self.ties.duplicates.taken(job, &entry);
        let state = entry.job.state;
        self.insert_as_it_is(entry, job, options, (created_at, now));
        Ok(state)
    }

    /// Nobody can serve it yet: the row is written as it is, and admission judges it anew.
    pub(crate) fn insert_as_it_is(
        &mut self,
        mut entry: Entry,
        job: &NewJob,
        options: &str,
        (created_at, now): (Time, Time),
    ) {
        entry.written.job = false;
        entry.written.new_progress = true;
        entry.extra.told = true;
        entry.progressed(now);
        let error = std::mem::take(&mut entry.written.error).value();
        self.row(&entry.job, error, job, options, created_at);
        self.entries.insert(entry.job.num, entry);
    }

    fn row(
        &mut self,
        row: &JobRow,
        error: Option<String>,
        job: &NewJob,
        options: &str,
        created_at: Time,
    ) {
        let NewJob {
            id,
            name,
            task,
            queue,
            priority: _,
            user,
            key,
            batch,
            labels,
            params,
            options: _,
            run_at: _,
            work: _,
            links: _,
        } = job;
        let lane = lane(row, false);
        self.changes.came.note(lane, task, row.place.as_micros());
        self.rows.push((
            row.num.0,
            uuid(*id),
            clean(name),
            clean(task),
            clean(queue),
            kind_word(row.kind),
            row.state.as_str(),
            priority(row),
            created_at.as_micros(),
            row.run_at.map(Time::as_micros),
            row.finished_at.map(Time::as_micros),
            lane,
            row.place.as_micros(),
            user.as_deref().map(clean),
            key.as_deref().map(clean),
            batch.as_deref().map(clean),
            labels_text(labels),
            options.to_owned(),
            params.as_str().to_owned(),
            error,
        ));
    }

    pub(crate) fn insert(&mut self, batch: &mut Batch<'_>) {
        batch.add(INSERT, std::mem::take(&mut self.rows).into_values());
    }

    pub(crate) fn into_parts(self) -> (Entries, Changes) {
        (self.entries, self.changes)
    }
}

/// The row of a job that nobody has touched yet; its state is settled later.
pub(crate) fn row(num: JobNum, job: &NewJob, kind: JobKind) -> JobRow {
    JobRow {
        num,
        id: job.id,
        task: clean(&job.task),
        kind,
        state: JobState::Pending,
        priority: job.priority,
        place: Place::default(),
        attempt: 1,
        first_attempt: 1,
        run_at: None,
        started_at: None,
        finished_at: None,
        deadline_at: None,
        time_left: None,
        lease: None,
        node: None,
        options: job.options.clone(),
        batch: job.batch.as_deref().map(clean),
        after: None,
        dependents: false,
        identity: job.links.identity,
        duplicated: false,
        cached: false,
    }
}

const INSERT: &str = "INSERT INTO jobs (num, id, name, task, queue, kind, state, priority, attempt,
        first_attempt, created_at, run_at, finished_at, lane, place, user_name, key, batch,
        labels, options, params, error)
    SELECT n.num, n.id, n.name, n.task, n.queue, n.kind, n.state, n.priority, 1, 1, n.created_at,
        n.run_at, n.finished_at, n.lane, n.place, n.user_name, n.key, n.batch, n.labels, n.options,
        n.params, n.error
    FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::text[], $8::integer[], $9::bigint[], $10::bigint[], $11::bigint[], $12::integer[],
        $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::text[], $20::text[])
        AS n (num, id, name, task, queue, kind, state, priority, created_at, run_at, finished_at,
            lane, place, user_name, key, batch, labels, options, params, error)";
