//! What a transaction is going to write, gathered table by table.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use paceline_core::cache::Fingerprint;
use paceline_core::dependency::{Edge, End, Policy};
use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::merge::Identity;
use paceline_core::ranges::Ranges;
use paceline_core::task_history::{SHORT, begin};
use paceline_core::{JobId, JobState, Json, LeaseId, Seq, Time};
use uuid::Uuid;

use super::dependencies::{Ties, Turned};
use super::heads::Came;
use super::row::{int, uuid};
use super::session::{Value, values};
use super::throttles::ThrottleRows;
use crate::batches::BatchNews;
use crate::buckets::Counted;
use crate::events::Data;
use crate::free;
use crate::job_row::{JobRow, kind_word};
use crate::links_text::{DUPLICATE, edge_number};
use crate::num::JobNum;
use crate::statistics::step;
use crate::text::to_json;
use crate::throttle_set::ThrottleSet;

/// Rows of a table, to be written by one statement.
pub(crate) trait Rows {
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the rows for which it says false.
    fn keep(&mut self, which: &[bool]);

    /// The arrays, in the order of the columns.
    fn into_values(self) -> Vec<Value<'static>>;
}

/// Rows of a table as arrays, one a column, as `unnest` takes them.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($column:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name { rows: usize, $($column: Vec<$type>),+ }

        impl $name {
            pub(crate) fn push(&mut self, row: ($($type,)+)) {
                let ($($column,)+) = row;
                $(self.$column.push($column);)+
                self.rows += 1;
            }
        }

        impl $crate::postgres::changes::Rows for $name {
            fn len(&self) -> usize {
                self.rows
            }

            fn keep(&mut self, which: &[bool]) {
                $(
                    let mut kept = which.iter().copied();
                    self.$column.retain(|_| kept.next().unwrap_or(true));
                )+
                self.rows = which.iter().filter(|kept| **kept).count();
            }

            fn into_values(self) -> Vec<$crate::postgres::session::Value<'static>> {
                values![$(self.$column),+]
            }
        }
    };
}
pub(crate) use columns;

columns!(EventRows {
    at: i64,
    kind: &'static str,
    job: Option<i64>,
    state: Option<&'static str>,
    data: Option<String>,
    id: Option<Uuid>,
    task: Option<String>,
    batch: Option<String>,
});
columns!(ItemRows { job: i64, seq: i32, key: Option<String>, payload: String });
columns!(OutcomeRows {
    job: i64,
    seq: i32,
    state: &'static str,
    attempts: i32,
    duration: Option<i64>,
    finished_at: i64,
    error: Option<String>,
    result: Option<String>,
});
columns!(RangeRows {
    job: i64,
    not_before: i64,
    first: i32,
    last: i32,
    alone: bool
});
columns!(LeaseRows { id: i64, job: i64, node: i64, ranges: Option<String>, since: i64 });
columns!(SampleRows {
    job: i64,
    at: i64,
    done: i32,
    rate: Option<f64>,
    memory: Option<i64>,
    cpu: Option<f64>,
});
columns!(LogRows {
    job: i64,
    n: i32,
    at: i64,
    text: String
});
columns!(
    /// Ranges that were cut: the row is known by its first position of before.
    CutRows { job: i64, not_before: i64, first: i32, new_first: i32 }
);
columns!(SuccessRows {
    task: String,
    job: i64,
    seq: i32
});
columns!(SaidRows {
    job: i64,
    fraction: Option<f64>,
    stage: Option<String>,
    message: Option<String>,
});
columns!(EdgeRows {
    child: i64,
    parent: i64,
    policy: &'static str,
    standing: i32,
});
columns!(AfterRows {
    job: i64,
    policy: &'static str,
    waiting: i32,
    met: i32,
    broken: i32,
    behind: Option<bool>,
});
columns!(EndedEdgeRows {
    child: i64,
    parent: i64
});
columns!(IdentityRows { job: i64, identity: Vec<u8> });
columns!(FingerprintRows {
    job: i64,
    fingerprint: Option<Vec<u8>>,
});
columns!(MergedRows {
    job: i64,
    into: Uuid
});
columns!(TakenOverRows {
    job: i64,
    kind: &'static str,
    params: String,
    merged: i32,
});
columns!(GarbageRows {
    job: i64,
    task: String
});

const STATES: usize = JobState::ALL.len();

/// All that is written besides the rows of jobs and progress, which are in their entries.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) events: EventRows,
    /// By how much the number of jobs in each state changes.
    pub(crate) moved: [i64; STATES],
    pub(crate) items: ItemRows,
    pub(crate) outcomes: OutcomeRows,
    pub(crate) successes: SuccessRows,
    pub(crate) ranges: RangeRows,
    /// Ranges that were taken whole, and in part.
    pub(crate) taken: CutRows,
    pub(crate) cut: CutRows,
    pub(crate) leases: LeaseRows,
    pub(crate) leases_ended: Vec<i64>,
    /// What is left of leases that go on.
    pub(crate) leases_shortened: BTreeMap<i64, String>,
    pub(crate) samples: SampleRows,
    /// Jobs with so many samples that every second one goes.
    pub(crate) thinned: Vec<i64>,
    pub(crate) logs: LogRows,
    /// Jobs whose logs are too large.
    pub(crate) logs_cut: Vec<i64>,
    pub(crate) said: SaidRows,
    /// Jobs whose last words are of an earlier run.
    pub(crate) unsaid: Vec<i64>,
    /// Jobs whose items are dropped: a plan that did not come to an end.
    pub(crate) unlisted: Vec<i64>,
    /// Jobs that begin from nothing.
    pub(crate) restarted: Vec<i64>,
    /// Jobs that are removed, and those of them with items.
    pub(crate) deleted: Vec<i64>,
    pub(crate) garbage: GarbageRows,
    pub(crate) statistics: BTreeMap<String, TaskDelta>,
    /// Jobs that count for the limits, or were about to, no more: they make room in their scopes.
    pub(crate) left: Vec<i64>,
    /// Queues that jobs were submitted to.
    pub(crate) queues: BTreeSet<String>,
    /// Batches whose jobs came or ended.
    pub(crate) batches: BatchNews,
    /// How children stand to parents; of each pair the last word counts.
    edges: BTreeMap<(i64, i64), (Option<Policy>, Edge)>,
    /// Edges to running duplicates that have ended.
    pub(crate) edges_ended: EndedEdgeRows,
    pub(crate) identities: IdentityRows,
    /// Jobs that others answer.
    pub(crate) cached: Vec<(i64, i64)>,
    /// By what jobs are found; of each the last word counts.
    fingerprints: BTreeMap<i64, Option<Fingerprint>>,
    merged: MergedRows,
    /// Jobs that took over a duplicate's params, and of how many.
    taken_over: BTreeMap<i64, (JobKind, String, i32)>,
    /// … and drop what they were to work on.
    pub(crate) replaced: Vec<i64>,
    /// Items that were uploaded under the one number and are the other's now.
    pub(crate) items_moved: Vec<(i64, i64)>,
    /// Whose work is done by a job that came back in this transaction.
    pub(crate) revived: HashSet<Identity>,
    /// Jobs that others wait for from now on.
    pub(crate) parents: Vec<i64>,
    /// Jobs that have ended or begin anew, whose children have still to hear of it.
    pub(crate) turned: Vec<Turned>,
    pub(crate) ties: Ties,
    /// Throttled tasks, locked; see [`Changes::settle_throttles`].
    pub(crate) throttles: ThrottleSet,
    pub(crate) throttle_rows: ThrottleRows,
    /// Scopes in which something has changed.
    pub(crate) freed: Vec<String>,
    /// Where jobs come to lines of unit jobs.
    pub(crate) came: Came,
}

/// What is to be added to a task's statistics.
#[derive(Debug, Default)]
pub(crate) struct TaskDelta {
    pub(crate) completed: i64,
    pub(crate) failed: i64,
    pub(crate) items: BTreeMap<u32, i32>,
    pub(crate) jobs: BTreeMap<u32, i32>,
    /// By where they begin.
    pub(crate) buckets: BTreeMap<Time, Counted>,
}

impl TaskDelta {
    /// The bucket of what ends now.
    fn bucket(&mut self, now: Time) -> &mut Counted {
        self.buckets.entry(begin(now, SHORT)).or_default()
    }
}

impl Changes {
    /// Counts a job that came (`from` is `None`), moved, or went (`to` is `None`).
    pub(crate) fn job_moved(&mut self, from: Option<JobState>, to: Option<JobState>) {
        if let Some(from) = from {
            self.moved[from as usize] -= 1;
        }
        if let Some(to) = to {
            self.moved[to as usize] += 1;
        }
    }

    /// Takes down that a job of a batch came or moved on.
    pub(crate) fn batch_moved(
        &mut self,
        batch: Option<&str>,
        moved: (Option<JobState>, JobState),
        now: Time,
    ) {
        if let Some(batch) = batch {
            self.batches.moved(batch, moved, now);
        }
    }

    /// Writes down what a parent means for a child.
    pub(crate) fn edge(
        &mut self,
        child: JobNum,
        parent: JobNum,
        policy: Option<Policy>,
        edge: Edge,
    ) {
        self.edges.insert((child.0, parent.0), (policy, edge));
    }

    /// Whether this transaction has tied the two.
    pub(crate) fn has_edge(&self, child: JobNum, parent: JobNum) -> bool {
        self.edges.contains_key(&(child.0, parent.0))
    }

    /// The edge to a running duplicate goes, for that has ended.
    pub(crate) fn edge_ended(&mut self, child: JobNum, parent: JobNum) {
        self.edges.remove(&(child.0, parent.0));
        self.edges_ended.push((child.0, parent.0));
    }

    pub(crate) fn merged_into(&mut self, job: JobNum, into: JobId) {
        self.merged.push((job.0, uuid(into)));
    }

    /// By what the job is found when it has completed.
    pub(crate) fn remembered(&mut self, job: JobNum, fingerprint: Option<Fingerprint>) {
        self.fingerprints.insert(job.0, fingerprint);
    }

    pub(crate) fn fingerprint_rows(&mut self) -> FingerprintRows {
        let mut rows = FingerprintRows::default();
        for (job, fingerprint) in std::mem::take(&mut self.fingerprints) {
            rows.push((job, fingerprint.map(|bytes| bytes.0.to_vec())));
        }
        rows
    }

    pub(crate) fn merged_rows(&mut self) -> MergedRows {
        std::mem::take(&mut self.merged)
    }

    /// A job takes a duplicate's params over, and drops its work for the duplicate's, which is
    /// to be added after this.
    pub(crate) fn taken_over(&mut self, job: JobNum, kind: JobKind, params: &str) {
        let others = |jobs: &[i64]| -> Vec<bool> { jobs.iter().map(|num| *num != job.0).collect() };
        if self.ranges.job.contains(&job.0) || self.outcomes.job.contains(&job.0) {
            self.items.keep(&others(&self.items.job));
            self.outcomes.keep(&others(&self.outcomes.job));
            self.ranges.keep(&others(&self.ranges.job));
        }
        self.replaced.push(job.0);
        let before = self
            .taken_over
            .get(&job.0)
            .map_or(0, |(_, _, merged)| *merged);
        let row = (kind, params.to_owned(), before + 1);
        self.taken_over.insert(job.0, row);
    }

    pub(crate) fn taken_over_rows(&mut self) -> TakenOverRows {
        let mut rows = TakenOverRows::default();
        for (job, (kind, params, merged)) in std::mem::take(&mut self.taken_over) {
            rows.push((job, kind_word(kind), params, merged));
        }
        rows
    }

    pub(crate) fn edge_rows(&mut self) -> EdgeRows {
        let mut rows = EdgeRows::default();
        for ((child, parent), (policy, edge)) in std::mem::take(&mut self.edges) {
            let policy = policy.map_or(DUPLICATE, Policy::as_str);
            rows.push((child, parent, policy, edge_number(edge)));
        }
        rows
    }

    /// Takes down that a job has ended so, or begins anew, if others may wait for it.
    pub(crate) fn turned(&mut self, job: &JobRow, end: Option<End>, now: Time) {
        if job.dependents {
            let job = job.num;
            self.turned.push(Turned { job, end, now });
        }
    }

    /// Appends an event about a job.
    pub(crate) fn tell(&mut self, kind: EventKind, job: &JobRow, data: &Data, now: Time) {
        self.events.push((
            now.as_micros(),
            kind.as_str(),
            Some(job.num.0),
            Some(job.state.as_str()),
            Some(to_json(data)),
            None,
            None,
            None,
        ));
    }

    /// Appends an event that is about no job.
    pub(crate) fn record(&mut self, kind: EventKind, data: &Json, now: Time) {
        let data = Some(data.as_str().to_owned());
        let row = (
            now.as_micros(),
            kind.as_str(),
            None,
            None,
            data,
            None,
            None,
            None,
        );
        self.events.push(row);
    }

    /// Adds items that are due at `not_before` (0: at once; [`free::RETURNED`]: before all other) and
    /// in no lease.
    pub(crate) fn free(&mut self, job: JobNum, ranges: &Ranges, not_before: i64, alone: bool) {
        for (first, last) in ranges.iter() {
            self.ranges
                .push((job.0, not_before, int(first.0), int(last.0), alone));
        }
    }

    /// Adds one item whose next attempt is due at `at`.
    pub(crate) fn free_later(&mut self, job: JobNum, seq: Seq, at: Time) {
        self.free(job, &Ranges::from_seqs([seq]), free::later(at), false);
    }

    /// Writes down what a lease holds still; the last word counts.
    pub(crate) fn shorten(&mut self, lease: LeaseId, ranges: String) {
        self.leases_shortened.insert(lease.0, ranges);
    }

    pub(crate) fn item_succeeded(&mut self, task: &str, duration: Duration, now: Time) {
        let step = step(duration);
        let delta = self.of(task);
        *delta.items.entry(step).or_default() += 1;
        delta.bucket(now).item(step);
    }

    /// An item, or a job without items, failed for good.
    pub(crate) fn item_failed(&mut self, task: &str, now: Time) {
        self.of(task).bucket(now).items_failed += 1;
    }

    /// A job ended by itself; `duration` is from its start to its end.
    pub(crate) fn job_ended(
        &mut self,
        task: &str,
        completed: bool,
        duration: Option<Duration>,
        now: Time,
    ) {
        let step = duration.map(step);
        let delta = self.of(task);
        if completed {
            delta.completed += 1;
        } else {
            delta.failed += 1;
        }
        if let Some(step) = step {
            *delta.jobs.entry(step).or_default() += 1;
        }
        delta.bucket(now).job(completed, step);
    }

    fn of(&mut self, task: &str) -> &mut TaskDelta {
        self.statistics.entry(task.to_owned()).or_default()
    }
}
