//! Taking jobs in.

use paceline_core::dependency::Standing as Depends;
use paceline_core::event::EventKind;
use paceline_core::item::NewItem;
use paceline_core::job::{JobKind, NewJob, Work};
use paceline_core::lifecycle;
use paceline_core::line::Place;
use paceline_core::merge::Decision;
use paceline_core::progress::Counters;
use paceline_core::ranges::Ranges;
use paceline_core::store::Submitted;
use paceline_core::{JobState, Time};
use rusqlite::{CachedStatement, Connection};

use crate::cache;
use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::dependencies::{self, Parents};
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::events::{self, Data, UnitEvents};
use crate::free;
use crate::items_write::{self, Append};
use crate::job_row::{JobRow, kind_word};
use crate::lane::Standing;
use crate::merge::{self, Brought};
use crate::num::JobNum;
use crate::options_row::LastOptions;
use crate::progress_row::Progress;
use crate::text::labels_text;

/// A submission with the number that it was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) num: JobNum,
    pub(crate) job: &'a NewJob,
    /// The text of its options.
    pub(crate) options: &'a str,
    pub(crate) created_at: Time,
    /// Whether the jobs that it waits for let it start.
    pub(crate) depends: Depends,
}

impl Arrival<'_> {
    pub(crate) fn tied(self, ties: &Ties) -> Self {
        Arrival {
            depends: ties.standing(),
            ..self
        }
    }
}

/// How a submission is tied to other jobs.
#[derive(Debug)]
pub(crate) struct Ties {
    parents: Option<Parents>,
    pub(crate) decision: Decision<JobNum>,
}

impl Ties {
    pub(crate) fn of(context: &WriteContext<'_>, job: &NewJob) -> Result<Self> {
        let parents = dependencies::find_parents(context, job)?;
        let broken = parents
            .as_ref()
            .is_some_and(|parents| parents.broken.is_some());
        // What is cancelled at once hands nothing over.
        let decision = if broken {
            Decision::Run
        } else {
            merge::decide(context, job, parents.as_ref())?
        };
        Ok(Ties { parents, decision })
    }

    fn standing(&self) -> Depends {
        let parents = self.parents.as_ref().map(Parents::standing);
        match (parents.unwrap_or_default(), self.decision) {
            (Depends::Free, Decision::Behind(_)) => Depends::Waits,
            (standing, _) => standing,
        }
    }

    /// Ties a job that was taken in. Returns its state if that may have changed by it.
    pub(crate) fn tie(
        &self,
        context: &mut WriteContext<'_>,
        arrival: &Arrival<'_>,
        now: Time,
    ) -> Result<Option<JobState>> {
        let Arrival { num, job, .. } = *arrival;
        let state = match &self.parents {
            Some(parents) => Some(dependencies::attach(context, num, parents, now)?),
            None => None,
        };
        // After the parents: it may wait for that one as for a parent already.
        if let Decision::Behind(running) = self.decision {
            dependencies::wait_behind(context, num, running)?;
        }
        merge::identify(context, num, job)?;
        cache::remember(context, num, job)?;
        Ok(state)
    }
}

/// Takes in a duplicate of a job that waits, and lets that one take its params over.
pub(crate) fn merge_into(
    context: &mut WriteContext<'_>,
    arrival: &Arrival<'_>,
    survivor: JobNum,
    brought: Brought<'_>,
    ties: &Ties,
    now: Time,
) -> Result<Submitted> {
    let Arrival {
        num, job, options, ..
    } = *arrival;
    let kind = brought.kind();
    let state = lifecycle::waiting(job.run_at, arrival.depends, now);
    Insert::prepare(context.connection)?.row(context, arrival, kind, state, None)?;
    let counters = if kind == JobKind::Unit {
        ending::unit_counters_of(state, false)
    } else {
        // What it would have worked on is another's.
        let progress = Progress::new(num, job.options.workers, now);
        progress.insert(context, &job.task, job.priority.level())?;
        progress.counters
    };
    let data = Data::counters(&counters);
    events::append_data(context, EventKind::Submitted, num, state, &data, now)?;
    merge::end_merged(context, num, survivor, now)?;
    let parents = ties.parents.as_ref();
    merge::take_over(context, survivor, job, (options, brought), parents, now)?;
    Ok(Submitted {
        id: job.id,
        state: JobState::Merged,
        merged_into: Some(JobRow::id_of(context, survivor)?),
        cached_from: None,
    })
}

pub(crate) fn submit(
    context: &mut WriteContext<'_>,
    jobs: &[NewJob],
    now: Time,
) -> Result<Vec<Submitted>> {
    let mut options = LastOptions::default();
    let mut insert = Insert::prepare(context.connection)?;
    let mut events = UnitEvents::prepare(context.connection)?;
    jobs.iter()
        .map(|job| {
            let answer = cache::find(context, job, now)?;
            let arrival = Arrival {
                num: JobNum(context.next(Sequence::Job)),
                job,
                options: options.text(&job.options),
                created_at: now,
                depends: Depends::Free,
            };
            if let Some(source) = answer {
                return cache::answer(context, &arrival, source, now);
            }
            let ties = Ties::of(context, job)?;
            let arrival = arrival.tied(&ties);
            if let Decision::Into(survivor) = ties.decision {
                let brought = Brought::Submitted(&job.work);
                return merge_into(context, &arrival, survivor, brought, &ties, now);
            }
            let state = match &job.work {
                Work::Unit => submit_unit(context, &arrival, &mut insert, &mut events)?,
                Work::Plan => submit_plan(context, &arrival)?,
                Work::Items(items) => submit_items(context, &arrival, items)?,
            };
            Ok(Submitted {
                id: job.id,
                state: ties.tie(context, &arrival, now)?.unwrap_or(state),
                merged_into: None,
                cached_from: None,
            })
        })
        .collect()
}

fn submit_unit(
    context: &mut WriteContext<'_>,
    arrival: &Arrival<'_>,
    insert: &mut Insert<'_>,
    events: &mut UnitEvents<'_>,
) -> Result<JobState> {
    let now = arrival.created_at;
    let seq = context.next(Sequence::Event);
    let state = lifecycle::waiting(arrival.job.run_at, arrival.depends, now);
    insert.row(context, arrival, JobKind::Unit, state, Some(seq))?;
    let data = r#"{"total":1}"#;
    events.append(seq, EventKind::Submitted, arrival.num, state, data, now)?;
    Ok(state)
}

fn submit_plan(context: &mut WriteContext<'_>, arrival: &Arrival<'_>) -> Result<JobState> {
    let now = arrival.created_at;
    let progress = Progress {
        planned: false,
        ..Progress::new(arrival.num, arrival.job.options.workers, now)
    };
    submit_with_items(context, arrival, progress, now)
}

fn submit_items(
    context: &mut WriteContext<'_>,
    arrival: &Arrival<'_>,
    items: &[NewItem],
) -> Result<JobState> {
    let Arrival {
        num,
        job,
        options: _,
        created_at: now,
        depends: _,
    } = *arrival;
    let append = Append {
        job: num,
        task: &job.task,
        from: 0,
        items,
        only_new: job.options.only_new,
        now,
    };
    let skipped = items_write::append(context, &append)?;
    let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let progress = with_work(context, num, job.options.workers, (total, skipped), now)?;
    submit_with_items(context, arrival, progress, now)
}

/// The progress of a job whose items are written; frees all that are not skipped.
pub(crate) fn with_work(
    context: &WriteContext<'_>,
    num: JobNum,
    workers: Option<u32>,
    (total, skipped): (u32, u32),
    now: Time,
) -> Result<Progress> {
    let work: Ranges = items_write::not_skipped(context, num, total, skipped)?;
    free::add(context, num, &work, false)?;
    Ok(Progress {
        counters: Counters {
            total,
            skipped,
            ..Counters::default()
        },
        free: work.len(),
        ..Progress::new(num, workers, now)
    })
}

/// Writes the job of items that are there, or of a plan; ends it if there is nothing to do.
pub(crate) fn submit_with_items(
    context: &mut WriteContext<'_>,
    arrival: &Arrival<'_>,
    mut progress: Progress,
    now: Time,
) -> Result<JobState> {
    let Arrival { num, job, .. } = *arrival;
    let kind = if progress.planned {
        JobKind::Items
    } else {
        JobKind::Planned
    };
    let nothing_to_do = progress.planned && progress.counters.remaining() == 0;
    // A job without work has nothing to wait for either.
    let run_at = job.run_at.filter(|_| !nothing_to_do);
    let state = lifecycle::waiting(run_at, arrival.depends, now);
    let mut insert = Insert::prepare(context.connection)?;
    insert.row(context, arrival, kind, state, None)?;
    progress.insert(context, &job.task, job.priority.level())?;
    let data = Data::counters(&progress.counters);
    events::append_data(context, EventKind::Submitted, num, state, &data, now)?;
    if !nothing_to_do || arrival.depends != Depends::Free {
        return Ok(state);
    }
    let mut row = JobRow::existing(context, num)?;
    ending::end(
        context,
        &mut row,
        Some(&mut progress),
        &Ending::Completed,
        now,
    )?;
    Ok(row.state)
}

/// Where a job stands in line: it waits since it came, or since its start.
pub(crate) fn line_place(job: &NewJob, created_at: Time) -> Place {
    let since = job.run_at.map_or(created_at, |at| at.max(created_at));
    Place::new(since, job.priority)
}

/// Writes rows of `jobs`.
pub(crate) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self> {
        const INSERT: &str = "INSERT INTO jobs (num, id, name, task, queue, kind, state, priority,
            attempt, first_attempt, created_at, run_at, user, key, batch, labels, options, params,
            lane, lane_key, lane_order, submitted_event) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
            1, 1, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
        Ok(Insert(connection.prepare_cached(INSERT)?))
    }

    pub(crate) fn row(
        &mut self,
        context: &mut WriteContext<'_>,
        arrival: &Arrival<'_>,
        kind: JobKind,
        state: JobState,
        event: Option<i64>,
    ) -> Result<()> {
        let Arrival {
            num,
            job,
            options,
            created_at,
            depends: _,
        } = *arrival;
        let NewJob {
            id,
            name,
            task,
            queue,
            priority,
            user,
            key,
            batch,
            labels,
            params,
            options: _,
            run_at,
            work: _,
            links: _,
        } = job;
        let standing = Standing {
            state,
            kind,
            task,
            in_flight: false,
            run_at: *run_at,
            deadline_at: None,
        };
        let place = standing.place();
        self.0.execute(rusqlite::params![
            num,
            id.into_bytes(),
            name,
            task,
            queue,
            kind_word(kind),
            state.as_str(),
            priority.level(),
            created_at.as_micros(),
            run_at.map(Time::as_micros),
            user,
            key,
            batch,
            labels_text(labels),
            options,
            params.as_str(),
            place.lane,
            place.key,
            line_place(job, created_at).as_micros(),
            event,
        ])?;
        if !context.memory.queues.contains(queue) {
            let insert = "INSERT OR IGNORE INTO queues (name) VALUES (?1)";
            context.execute(insert, (queue,))?;
            context.memory.queues.insert(queue.clone());
        }
        context.job_moved(None, Some(state));
        context.batch_moved(batch.as_deref(), (None, state), created_at);
        context.changed(num);
        Ok(())
    }
}
