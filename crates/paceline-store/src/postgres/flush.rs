//! Writing all that a transaction has changed, set by set, in one round trip with its commit.

use std::sync::PoisonError;

use paceline_core::JobState;
use paceline_core::id::EventSeq;
use paceline_core::progress::Counters;

use super::batches;
use super::buckets;
use super::changes::{AfterRows, Changes, EventRows, Rows, TaskDelta, columns};
use super::connect::Shared;
use super::dependencies;
use super::entry::Entry;
use super::error::Result;
use super::heads::Came;
use super::load::Entries;
use super::merge_rows;
use super::row::{Columns, int};
use super::rules::FREE_LEFT;
use super::session::{Batch, Session, Value, values};
use crate::job_row::micros;
use crate::log;
use crate::num::as_i64;
use crate::progress_row::Next;

columns!(JobRows {
    num: i64,
    state: &'static str,
    attempt: i32,
    first_attempt: i32,
    run_at: Option<i64>,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    deadline_at: Option<i64>,
    time_left: Option<i64>,
    lease: Option<i64>,
    node: Option<i64>,
    priority: i32,
    place: i64,
    lane: Option<i32>,
    set_error: bool,
    error: Option<String>,
    set_result: bool,
    result: Option<String>,
    set_labels: bool,
    labels: Option<String>,
    options: Option<String>,
});

columns!(ProgressRows {
    job: i64,
    priority: i32,
    workers: Option<i32>,
    serve: i32,
    now: i64,
    leases: i32,
    last_served: i64,
    planned: bool,
    listed: i32,
    total: i32,
    succeeded: i32,
    failed: i32,
    skipped: i32,
    cancelled: i32,
    running: i32,
    free: i32,
    rate: f64,
    rate_covers: i64,
    rate_done: i32,
    rate_at: i64,
    sampled_at: i64,
    memory_bytes: Option<i64>,
    cpu_seconds: Option<f64>,
    samples: i32,
    log_rows: i32,
    log_bytes: i64,
    told: bool,
    task: String,
    returned: bool,
    returns: i32,
});

/// Writes what was changed and commits. Returns the number of the newest event, if there is a new
/// one, and the answers to what stood in the batch before.
pub(crate) async fn commit(
    shared: &Shared,
    session: &mut Session,
    mut batch: Batch<'_>,
    mut entries: Entries,
    mut changes: Changes,
) -> Result<super::session::Answers> {
    dependencies::follow_all(shared, session, &mut entries, &mut changes).await?;
    let queues = new_queues(shared, &mut batch, &mut changes);
    rows(shared, &mut batch, entries, &mut changes);
    let came = std::mem::take(&mut changes.came);
    let newest = tail(shared, &mut batch, changes);
    batch.commit();
    let mut answers = session.run(batch).await?;
    came.tell(&shared.heads);
    if !queues.is_empty() {
        let mut known = shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(queues);
    }
    if let Some(newest) = newest
        && let Some(row) = answers.first(newest)
    {
        shared.told.tell(EventSeq(row.number(0)?));
    }
    Ok(answers)
}

/// Takes down the names of queues that this node has not seen before.
fn new_queues(shared: &Shared, batch: &mut Batch<'_>, changes: &mut Changes) -> Vec<String> {
    const INSERT: &str =
        "INSERT INTO queues (name) SELECT unnest($1::text[]) ON CONFLICT (name) DO NOTHING";
    let named = std::mem::take(&mut changes.queues);
    if named.is_empty() {
        return Vec::new();
    }
    let known = shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
    let new: Vec<String> = named
        .into_iter()
        .filter(|name| !known.contains(name))
        .collect();
    drop(known);
    if !new.is_empty() {
        batch.add(INSERT, values![new.clone()]);
    }
    new
}

/// All but what is said last: see [`tail`].
pub(crate) fn rows(
    shared: &Shared,
    batch: &mut Batch<'_>,
    entries: Entries,
    changes: &mut Changes,
) {
    merge_rows::replace_work(batch, changes);
    let mut set = |sql: &'static str, is_empty: bool, values: Vec<Value<'static>>| {
        if !is_empty {
            batch.add(sql, values);
        }
    };
    macro_rules! set {
        ($sql:expr, $rows:expr) => {{
            let rows = std::mem::take(&mut $rows);
            set($sql, rows.is_empty(), rows.into_values());
        }};
    }
    macro_rules! ids {
        ($ids:expr; $($sql:expr),+) => {{
            let ids = std::mem::take(&mut $ids);
            $(set($sql, ids.is_empty(), values![ids.clone()]);)+
        }};
    }
    let (jobs, progress, mut after) = entry_rows(entries, &mut changes.came);
    ids!(changes.leases_ended; "DELETE FROM leases WHERE id = ANY($1)");
    let shortened = std::mem::take(&mut changes.leases_shortened);
    let (ids, left): (Vec<i64>, Vec<String>) = shortened.into_iter().unzip();
    set(SHORTEN_LEASES, ids.is_empty(), values![ids, left]);
    set!(INSERT_LEASES, changes.leases);
    set!(INSERT_ITEMS, changes.items);
    set!(UPSERT_OUTCOMES, changes.outcomes);
    ids!(changes.unlisted;
        "DELETE FROM items WHERE job = ANY($1)",
        "DELETE FROM outcomes WHERE job = ANY($1)");
    ids!(changes.restarted;
        FORGET_SUCCESSES,
        "DELETE FROM outcomes WHERE job = ANY($1)",
        "DELETE FROM ranges WHERE job = ANY($1)",
        DROP_PLANNED_ITEMS,
        "UPDATE jobs SET results_expired = NULL WHERE num = ANY($1) AND results_expired");
    set!(TAKE_RANGES, changes.taken);
    set!(CUT_RANGES, changes.cut);
    set!(INSERT_RANGES, changes.ranges);
    let mut jobs = jobs;
    set!(UPDATE_JOBS, jobs);
    set!(dependencies::UPDATE_AFTER, after);
    let mut edges = changes.edge_rows();
    set!(dependencies::UPSERT_EDGES, edges);
    ids!(changes.parents;
        "UPDATE jobs SET dependents = true WHERE num = ANY($1) AND dependents IS NULL");
    let (mut new, mut known) = progress;
    set!(INSERT_PROGRESS, new);
    set!(UPDATE_PROGRESS, known);
    set!(SAY, changes.said);
    ids!(changes.unsaid; UNSAY);
    set!(UPDATE_THROTTLES, changes.throttle_rows);
    ids!(changes.freed; "INSERT INTO freed (scope) SELECT unnest($1::text[])");
    set!(UPSERT_SUCCESSES, changes.successes);
    set!(UPSERT_SAMPLES, changes.samples);
    ids!(changes.thinned; THIN_SAMPLES, COUNT_SAMPLES);
    set!(INSERT_LOGS, changes.logs);
    let cut = std::mem::take(&mut changes.logs_cut);
    if !cut.is_empty() {
        cut_logs(
            batch,
            cut,
            shared.log_bytes.load(std::sync::atomic::Ordering::Relaxed),
        );
    }
    merge_rows::tie(batch, changes);
    delete(batch, changes);
}

/// Cuts logs so that about nine tenths of `most` bytes are left of each.
pub(crate) fn cut_logs(batch: &mut Batch<'_>, jobs: Vec<i64>, most: i64) {
    let kept = log::kept(u64::try_from(most).unwrap_or(0));
    let kept = i64::try_from(kept).unwrap_or(i64::MAX);
    batch.add(CUT_LOGS, values![jobs.clone(), kept, log::MARKER]);
    batch.add(COUNT_LOGS, values![jobs]);
}

fn delete(batch: &mut Batch<'_>, changes: &mut Changes) {
    const TABLES: [&str; 5] = [
        "DELETE FROM ranges WHERE job = ANY($1)",
        "DELETE FROM samples WHERE job = ANY($1)",
        "DELETE FROM logs WHERE job = ANY($1)",
        "DELETE FROM events WHERE job = ANY($1)",
        "DELETE FROM progress WHERE job = ANY($1)",
    ];
    let deleted = std::mem::take(&mut changes.deleted);
    if deleted.is_empty() {
        return;
    }
    for sql in TABLES {
        batch.add(sql, values![deleted.clone()]);
    }
    dependencies::forget(batch, &deleted);
    let garbage = std::mem::take(&mut changes.garbage);
    if !garbage.is_empty() {
        let insert =
            "INSERT INTO garbage (job, task) SELECT * FROM unnest($1::bigint[], $2::text[])";
        batch.add(insert, garbage.into_values());
    }
    batch.add("DELETE FROM jobs WHERE num = ANY($1)", values![deleted]);
}

/// Numbers and appends the events and counts the jobs: the last step of a transaction, for from
/// here on all others wait for its commit. Returns the place of the newest number.
pub(crate) fn tail(shared: &Shared, batch: &mut Batch<'_>, changes: Changes) -> Option<usize> {
    let Changes {
        events,
        moved,
        statistics,
        left,
        batches,
        ..
    } = changes;
    let appended = events.len();
    if appended > 0 || moved.iter().any(|by| *by != 0) || !statistics.is_empty() {
        batch.add(append(), numbers(moved, events));
    }
    if !left.is_empty() {
        batch.add(FREE_LEFT, values![left]);
    }
    add_statistics(batch, statistics);
    batches::add(batch, batches);
    (appended > 0).then(|| {
        let notify = "SELECT event, pg_notify($1, event::text) FROM tally";
        batch.add(notify, values![shared.channel.clone()])
    })
}

/// The statement whose lock on `tally` makes the order of numbers that of commits.
fn append() -> &'static str {
    const _: () = assert!(JobState::ALL.len() == 9, "one column a state");
    "WITH numbered AS (
        UPDATE tally SET event = event + $10, scheduled = scheduled + $1, blocked = blocked + $2,
            pending = pending + $3, running = running + $4, paused = paused + $5,
            completed = completed + $6, failed = failed + $7, cancelled = cancelled + $8,
            merged = merged + $9
        RETURNING event)
    INSERT INTO events (seq, at, kind, job, gone, state, data, id, task, batch)
    SELECT t.event - $10 + e.n, e.at, e.kind, CASE WHEN e.id IS NULL THEN e.job END,
        CASE WHEN e.id IS NOT NULL THEN e.job END, e.state, e.data, e.id, e.task, e.batch
    FROM numbered t, unnest($11::bigint[], $12::text[], $13::bigint[], $14::text[], $15::text[],
        $16::uuid[], $17::text[], $18::text[])
        WITH ORDINALITY AS e (at, kind, job, state, data, id, task, batch, n)"
}

fn numbers(moved: [i64; JobState::ALL.len()], events: EventRows) -> Vec<Value<'static>> {
    let mut numbers: Vec<Value<'static>> = Vec::new();
    for by in moved {
        numbers.push(Box::new(by));
    }
    numbers.push(Box::new(as_i64(events.len())));
    numbers.extend(events.into_values());
    numbers
}

columns!(CountRows {
    task: String,
    completed: i64,
    failed: i64
});
columns!(DurationRows { task: String, of: &'static str, step: i32, count: i32 });

/// Under the lock of `tally`, so that the order of these rows does not matter.
fn add_statistics(
    batch: &mut Batch<'_>,
    statistics: std::collections::BTreeMap<String, TaskDelta>,
) {
    const COUNT: &str = "INSERT INTO task_statistics AS s (task, completed, failed)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
        ON CONFLICT (task) DO UPDATE SET completed = s.completed + excluded.completed,
            failed = s.failed + excluded.failed";
    const DURATIONS: &str = "INSERT INTO task_durations AS d (task, of, step, count)
        SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[])
        ON CONFLICT (task, of, step) DO UPDATE SET count = d.count + excluded.count";
    let mut counts = CountRows::default();
    let mut durations = DurationRows::default();
    buckets::add(
        batch,
        statistics.iter().flat_map(|(task, delta)| {
            let buckets = delta.buckets.iter();
            buckets.map(|(at, counted)| (task.as_str(), *at, counted))
        }),
    );
    for (task, delta) in statistics {
        if delta.completed + delta.failed > 0 {
            counts.push((task.clone(), delta.completed, delta.failed));
        }
        for (of, steps) in [("item", delta.items), ("job", delta.jobs)] {
            for (step, count) in steps {
                durations.push((task.clone(), of, int(step), count));
            }
        }
    }
    if !counts.is_empty() {
        batch.add(COUNT, counts.into_values());
    }
    if !durations.is_empty() {
        batch.add(DURATIONS, durations.into_values());
    }
}

fn entry_rows(
    entries: Entries,
    came: &mut Came,
) -> (JobRows, (ProgressRows, ProgressRows), AfterRows) {
    let mut jobs = JobRows::default();
    let mut after = AfterRows::default();
    let (mut new, mut known) = (ProgressRows::default(), ProgressRows::default());
    for entry in entries.into_values() {
        let rows = if entry.written.new_progress {
            &mut new
        } else {
            &mut known
        };
        progress_row(&entry, rows);
        dependencies::after_row(&entry, &mut after);
        job_row(entry, &mut jobs, came);
    }
    (jobs, (new, known), after)
}

fn job_row(entry: Entry, rows: &mut JobRows, came: &mut Came) {
    if !entry.written.job {
        return;
    }
    let lane = lane(&entry.job, entry.is_in_flight());
    let Entry { job, written, .. } = entry;
    came.note(lane, &job.task, job.place.as_micros());
    rows.push((
        job.num.0,
        job.state.as_str(),
        int(job.attempt),
        int(job.first_attempt),
        job.run_at.map(paceline_core::Time::as_micros),
        job.started_at.map(paceline_core::Time::as_micros),
        job.finished_at.map(paceline_core::Time::as_micros),
        job.deadline_at.map(paceline_core::Time::as_micros),
        job.time_left.map(micros),
        job.lease.map(|lease| lease.0),
        job.node.map(|node| node.0),
        priority(&job),
        job.place.as_micros(),
        lane,
        written.error.is_set(),
        written.error.value(),
        written.result.is_set(),
        written.result.value(),
        written.labels.is_set(),
        written.labels.value(),
        written.options,
    ));
}

pub(crate) fn lane(job: &crate::job_row::JobRow, in_flight: bool) -> Option<i32> {
    job.standing(in_flight)
        .place()
        .lane
        .and_then(|lane| i32::try_from(lane).ok())
}

pub(crate) fn priority(job: &crate::job_row::JobRow) -> i32 {
    i32::try_from(job.priority.level()).unwrap_or(0)
}

fn progress_row(entry: &Entry, rows: &mut ProgressRows) {
    let Some(now) = entry.written.progress else {
        return;
    };
    let Some(progress) = entry.progress.as_ref().or(entry.unit_progress.as_ref()) else {
        return;
    };
    let Counters {
        total,
        succeeded,
        failed,
        skipped,
        cancelled,
        running,
    } = progress.counters;
    let serve = match (&entry.progress, progress.next(entry.job.state)) {
        (None, _) | (_, Next::Nothing) => 0,
        (_, Next::Plan) => 1,
        (_, Next::Chunk) => 2,
    };
    let rate = progress.rate.state();
    rows.push((
        progress.job.0,
        priority(&entry.job),
        progress.workers.map(int),
        serve,
        now.as_micros(),
        int(progress.leases),
        progress.last_served,
        progress.planned,
        int(progress.listed),
        int(total),
        int(succeeded),
        int(failed),
        int(skipped),
        int(cancelled),
        int(running),
        int(progress.free),
        rate.per_second,
        micros(rate.since_start),
        int(rate.done),
        rate.last.as_micros(),
        progress.sampled_at.as_micros(),
        progress
            .memory_bytes
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        progress.cpu_seconds,
        entry.extra.samples,
        entry.extra.log_rows,
        entry.extra.log_bytes,
        entry.extra.told,
        entry.job.task.clone(),
        progress.returned,
        int(progress.returns),
    ));
}

const UPDATE_THROTTLES: &str = "UPDATE throttles t SET state = n.state, open_until = n.open_until,
        probes = n.probes
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[])
        AS n (task, state, open_until, probes) WHERE t.task = n.task";
const SHORTEN_LEASES: &str = "UPDATE leases l SET ranges = n.ranges
    FROM unnest($1::bigint[], $2::text[]) AS n (id, ranges) WHERE l.id = n.id";
const INSERT_LEASES: &str = "INSERT INTO leases (id, job, node, ranges, since)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])";
const INSERT_ITEMS: &str = "INSERT INTO items (job, seq, key, payload)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[])";
const UPSERT_OUTCOMES: &str = "INSERT INTO outcomes
    (job, seq, state, attempts, duration, finished_at, error, result)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[], $5::bigint[],
        $6::bigint[], $7::text[], $8::text[])
    ON CONFLICT (job, seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
        duration = excluded.duration, finished_at = excluded.finished_at, error = excluded.error,
        result = excluded.result";
const FORGET_SUCCESSES: &str = "DELETE FROM successes s USING (
        SELECT j.num, j.task, md5(i.key)::uuid AS key FROM jobs j JOIN items i ON i.job = j.num
        WHERE j.num = ANY($1) AND i.key IS NOT NULL) k
    WHERE s.task = k.task AND s.key = k.key AND s.job = k.num";
const DROP_PLANNED_ITEMS: &str = "DELETE FROM items WHERE job = ANY(ARRAY(
    SELECT num FROM jobs WHERE num = ANY($1) AND kind = 'planned'))";
const TAKE_RANGES: &str = "DELETE FROM ranges r
    USING unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[])
        AS n (job, not_before, first_seq, ignored)
    WHERE r.job = n.job AND r.not_before = n.not_before AND r.first_seq = n.first_seq";
const CUT_RANGES: &str = "UPDATE ranges r SET first_seq = n.new_first
    FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[])
        AS n (job, not_before, first_seq, new_first)
    WHERE r.job = n.job AND r.not_before = n.not_before AND r.first_seq = n.first_seq";
const INSERT_RANGES: &str = "INSERT INTO ranges (job, not_before, first_seq, last_seq, alone)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[], $5::boolean[])";
const UPDATE_JOBS: &str = "UPDATE jobs j SET state = n.state, attempt = n.attempt,
        first_attempt = n.first_attempt, run_at = n.run_at, started_at = n.started_at,
        finished_at = n.finished_at, deadline_at = n.deadline_at, time_left = n.time_left,
        lease = n.lease, node = n.node, priority = n.priority, place = n.place,
        lane = n.lane,
        error = CASE WHEN n.set_error THEN n.error ELSE j.error END,
        result = CASE WHEN n.set_result THEN n.result ELSE j.result END,
        labels = CASE WHEN n.set_labels THEN n.labels ELSE j.labels END,
        options = coalesce(n.options, j.options)
    FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[], $5::bigint[],
        $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
        $12::integer[], $13::bigint[], $14::integer[], $15::boolean[], $16::text[],
        $17::boolean[], $18::text[], $19::boolean[], $20::text[], $21::text[])
        AS n (num, state, attempt, first_attempt, run_at, started_at, finished_at, deadline_at,
            time_left, lease, node, priority, place, lane, set_error, error, set_result, result,
            set_labels, labels, options)
    WHERE j.num = n.num";

/// Rows of progress as they come, and when the first of each job's free items is due.
macro_rules! progress_rows {
    () => {
        "unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[],
            $6::integer[], $7::bigint[], $8::boolean[], $9::integer[], $10::integer[],
            $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::integer[],
            $16::integer[], $17::double precision[], $18::bigint[], $19::integer[], $20::bigint[],
            $21::bigint[], $22::bigint[], $23::double precision[], $24::integer[], $25::integer[],
            $26::bigint[], $27::boolean[], $28::text[], $29::boolean[], $30::integer[])
            AS n (job, priority, workers, serve, now, leases, last_served, planned, listed, total,
                succeeded, failed, skipped, cancelled, running, free, rate, rate_covers,
                rate_done, rate_at, sampled_at, memory_bytes, cpu_seconds, samples, log_rows,
                log_bytes, told, task, returned, returns)
        LEFT JOIN LATERAL (
            SELECT min(r.not_before) AS due FROM ranges r WHERE r.job = n.job AND n.serve = 2
        ) f ON true"
    };
}
const INSERT_PROGRESS: &str = concat!(
    "INSERT INTO progress (job, priority, workers, ready, next_due, leases, last_served, planned,
        listed, total, succeeded, failed, skipped, cancelled, running, free, rate, rate_covers,
        rate_done, rate_at, sampled_at, memory_bytes, cpu_seconds, samples, log_rows, log_bytes,
        told, task, returned, returns)
    SELECT n.job, n.priority, n.workers, false, NULL, n.leases, n.last_served, n.planned,
        n.listed, n.total, n.succeeded, n.failed, n.skipped, n.cancelled, n.running, n.free,
        n.rate, n.rate_covers, n.rate_done, n.rate_at, n.sampled_at, n.memory_bytes,
        n.cpu_seconds, n.samples, n.log_rows, n.log_bytes, n.told, n.task,
        n.returned, n.returns
    FROM ",
    progress_rows!()
);
const UPDATE_PROGRESS: &str = concat!(
    "UPDATE progress p SET priority = n.priority, workers = n.workers,
        ready = n.serve = 1 OR coalesce(n.due <= n.now, false),
        next_due = CASE WHEN n.due > n.now THEN n.due END,
        leases = n.leases, last_served = n.last_served, planned = n.planned, listed = n.listed,
        total = n.total, succeeded = n.succeeded, failed = n.failed, skipped = n.skipped,
        cancelled = n.cancelled, running = n.running, free = n.free, rate = n.rate,
        rate_covers = n.rate_covers, rate_done = n.rate_done, rate_at = n.rate_at,
        sampled_at = n.sampled_at, memory_bytes = n.memory_bytes, cpu_seconds = n.cpu_seconds,
        samples = n.samples, log_rows = n.log_rows, log_bytes = n.log_bytes, told = n.told,
        returned = n.returned, returns = n.returns
    FROM (SELECT * FROM ",
    progress_rows!(),
    ") n WHERE p.job = n.job"
);
const SAY: &str = "UPDATE progress p SET fraction = coalesce(n.fraction, p.fraction),
        stage = coalesce(n.stage, p.stage), message = coalesce(n.message, p.message)
    FROM unnest($1::bigint[], $2::double precision[], $3::text[], $4::text[])
        AS n (job, fraction, stage, message) WHERE p.job = n.job";
const UNSAY: &str = "UPDATE progress SET fraction = NULL, stage = NULL, message = NULL,
    told = true WHERE job = ANY($1)";
/// In the order of keys, so that two transactions do not wait for each other.
const UPSERT_SUCCESSES: &str = "INSERT INTO successes AS s (task, key, job, seq)
    SELECT DISTINCT ON (n.task, md5(i.key)::uuid) n.task, md5(i.key)::uuid, n.job, n.seq
    FROM unnest($1::text[], $2::bigint[], $3::integer[]) WITH ORDINALITY
        AS n (task, job, seq, place)
    JOIN items i ON i.job = n.job AND i.seq = n.seq WHERE i.key IS NOT NULL
    ORDER BY n.task, md5(i.key)::uuid, n.place DESC
    ON CONFLICT (task, key) DO UPDATE SET job = excluded.job, seq = excluded.seq";
const UPSERT_SAMPLES: &str = "INSERT INTO samples (job, at, done, rate, memory_bytes, cpu_seconds)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::double precision[],
        $5::bigint[], $6::double precision[])
    ON CONFLICT (job, at) DO UPDATE SET done = excluded.done, rate = excluded.rate,
        memory_bytes = excluded.memory_bytes, cpu_seconds = excluded.cpu_seconds";
const THIN_SAMPLES: &str = "DELETE FROM samples s USING (
        SELECT job, at, row_number() OVER (PARTITION BY job ORDER BY at) AS n FROM samples
        WHERE job = ANY($1)) o
    WHERE s.job = o.job AND s.at = o.at AND o.n % 2 = 0";
const COUNT_SAMPLES: &str = "UPDATE progress p SET samples = (
    SELECT count(*) FROM samples s WHERE s.job = p.job) WHERE p.job = ANY($1)";
const INSERT_LOGS: &str = "INSERT INTO logs (job, n, at, text)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[])";
/// The sum runs from the newest row back; the newest always stays, and a mark is left where rows
/// were dropped.
const CUT_LOGS: &str = "WITH sums AS (
        SELECT job, n, at, sum(octet_length(text)) OVER w AS bytes, row_number() OVER w AS place
        FROM logs WHERE job = ANY($1) WINDOW w AS (PARTITION BY job ORDER BY n DESC)),
    oldest AS (SELECT job, min(n) AS n FROM sums WHERE bytes <= $2 OR place = 1 GROUP BY job),
    dropped AS (
        DELETE FROM logs l USING oldest o WHERE l.job = o.job AND l.n < o.n - 1 RETURNING l.job)
    INSERT INTO logs AS l (job, n, at, text)
    SELECT o.job, o.n - 1, k.at, $3 FROM oldest o JOIN logs k ON k.job = o.job AND k.n = o.n
    WHERE EXISTS (SELECT 1 FROM logs x WHERE x.job = o.job AND x.n < o.n)
    ON CONFLICT (job, n) DO UPDATE SET at = excluded.at, text = excluded.text";
const COUNT_LOGS: &str = "UPDATE progress p SET log_bytes = (
    SELECT coalesce(sum(octet_length(text)), 0) FROM logs l WHERE l.job = p.job)
    WHERE p.job = ANY($1)";
