//! Which tables of `SQLite` become which of `PostgreSQL`, column by column.
//!
//! Left behind is what belongs to the node that is stopped (`nodes`, `node_facts`,
//! `system_samples`), what a crash would have ended
//! (`uploads`), and what deleted jobs have still to be cleared of (`garbage`, and rows of items
//! without a job). Indexes for searching and numbers of `counters` come about by themselves or are
//! set in the end.

/// A table, and how its rows are read from the file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns that are written, in the order of those that are read.
    pub(super) columns: &'static str,
    /// Gives what COPY takes: booleans as 0 and 1, bytes as hex digits.
    pub(super) select: &'static str,
    /// The column whose text is written as its digest.
    pub(super) digest: Option<usize>,
}

const fn table(name: &'static str, columns: &'static str, select: &'static str) -> Table {
    Table {
        name,
        columns,
        select,
        digest: None,
    }
}

/// In the order in which they are written.
pub(super) const TABLES: &[Table] = &[
    table(
        "jobs",
        "num, id, name, task, queue, kind, state, priority, attempt, first_attempt, created_at,
         run_at, started_at, finished_at, deadline_at, time_left, lease, node, lane, place, parked_by,
         user_name, key, batch, labels, options, error, result, params,
         after_policy, after_waiting, after_met, after_broken, dependents, after_behind, identity,
         merged_into, merged_count, results_expired, results_swept_at, fingerprint, cached_from",
        "SELECT num, hex(id), name, task, queue, kind, state, priority, attempt, first_attempt,
            created_at, run_at, started_at, finished_at, deadline_at, time_left, lease, node,
            lane, coalesce(lane_order, 0), CASE lane WHEN 7 THEN lane_key END, user, key, batch,
            labels, options, error, result, params, after_policy,
            after_waiting, after_met, after_broken, dependents, after_behind,
            CASE WHEN identity IS NOT NULL THEN '\\x' || hex(identity) END,
            nullif(hex(merged_into), ''), merged_count, results_expired, results_swept_at,
            CASE WHEN fingerprint IS NOT NULL THEN '\\x' || hex(fingerprint) END,
            nullif(hex(cached_from), '')
         FROM jobs ORDER BY num",
    ),
    table(
        "progress",
        "job, task, priority, workers, ready, next_due, leases, last_served, planned, listed,
         total, succeeded, failed, skipped, cancelled, running, free, rate, rate_covers,
         rate_done, rate_at, fraction, stage, message, memory_bytes, cpu_seconds, sampled_at,
         samples, log_rows, log_bytes, told, returned, returns",
        "SELECT job, task, priority, workers, ready, next_due, leases, last_served, planned,
            listed, total, succeeded, failed, skipped, cancelled, running, free, rate,
            rate_covers, rate_done, rate_at, fraction, stage, message, memory_bytes, cpu_seconds,
            sampled_at, samples, log_rows, log_bytes, told, returned, returns
         FROM progress ORDER BY job",
    ),
    table(
        "dependencies",
        "child, parent, policy, standing",
        "SELECT child, parent, policy, standing FROM dependencies ORDER BY child, parent",
    ),
    table(
        "items",
        "job, seq, key, payload",
        "SELECT place >> 24, place & 0xffffff, key, payload
         FROM items WHERE place >> 24 IN (SELECT num FROM jobs) ORDER BY place",
    ),
    table(
        "outcomes",
        "job, seq, state, attempts, duration, finished_at, error, result",
        "SELECT place >> 24, place & 0xffffff, state, attempts, duration, finished_at, error,
            result
         FROM outcomes WHERE place >> 24 IN (SELECT num FROM jobs) ORDER BY place",
    ),
    Table {
        name: "successes",
        columns: "task, key, job, seq",
        select: "SELECT task, key, place >> 24, place & 0xffffff
         FROM successes WHERE place >> 24 IN (SELECT num FROM jobs)",
        digest: Some(1),
    },
    table(
        "ranges",
        "job, not_before, first_seq, last_seq, alone",
        "SELECT job, not_before, first_seq, last_seq, alone
         FROM ranges ORDER BY job, not_before, first_seq",
    ),
    table(
        "leases",
        "id, job, node, ranges, since",
        "SELECT id, job, node, ranges, since FROM leases ORDER BY id",
    ),
    table(
        "events",
        "seq, at, kind, job, state, data, id, task, batch",
        "SELECT seq, at, kind, coalesce(job, unit), state, data, nullif(hex(id), ''), task, batch
         FROM events ORDER BY seq",
    ),
    table(
        "tasks",
        "name, options, params_schema, has_planner, declared_by, declared_at, needs",
        "SELECT name, options, params_schema, has_planner, declared_by, declared_at, needs
         FROM tasks",
    ),
    table(
        "throttles",
        "task, policy, state, open_until, probes",
        "SELECT task, policy, state, open_until, probes FROM throttles",
    ),
    table(
        "task_statistics",
        "task, completed, failed",
        "SELECT task, completed, failed FROM task_statistics",
    ),
    table(
        "task_durations",
        "task, of, step, count",
        "SELECT s.task, 'item', CAST(d.key AS INTEGER), d.value
         FROM task_statistics s, json_each(s.item_durations) d
         UNION ALL
         SELECT s.task, 'job', CAST(d.key AS INTEGER), d.value
         FROM task_statistics s, json_each(s.job_durations) d",
    ),
    table(
        "task_history",
        "task, at, completed, failed, items_succeeded, items_failed, item_durations, job_durations",
        "SELECT task, at, completed, failed, items_succeeded, items_failed, item_durations,
            job_durations
         FROM task_history ORDER BY task, at",
    ),
    table(
        "samples",
        "job, at, done, rate, memory_bytes, cpu_seconds",
        "SELECT job, at, done, rate, memory_bytes, cpu_seconds FROM samples ORDER BY job, at",
    ),
    table(
        "logs",
        "job, n, at, text",
        "SELECT job, n, at, text FROM logs ORDER BY job, n",
    ),
    table(
        "limits",
        "name, is_set, most",
        "SELECT name, is_set, most FROM limits",
    ),
    table(
        "holds",
        "scope, until, reason, since",
        "SELECT scope, until, reason, since FROM holds",
    ),
    table("queues", "name", "SELECT name FROM queues"),
    // What the node that is stopped knew of them is gone: all are looked at again.
    table(
        "freed",
        "scope",
        "SELECT DISTINCT lane_key FROM jobs WHERE lane = 7",
    ),
    table(
        "idempotency",
        "key, hash, answer, until",
        "SELECT key, '\\x' || hex(hash), answer, until FROM idempotency",
    ),
    table(
        "batches",
        "name, reason, created_at, completed_at",
        "SELECT name, reason, created_at, completed_at FROM batches",
    ),
    table(
        "schedules",
        "id, name, cron, timezone, every_micros, anchor_at, once_at, missed, overlap, template,
         job, paused, version, revision, created_at, updated_at, next_at, last_run, last_job,
         last_error, unfinished",
        "SELECT hex(id), name, cron, timezone, every_micros, anchor_at, once_at, missed, overlap,
            template, job, paused, version, revision, created_at, updated_at, next_at, last_run,
            nullif(hex(last_job), ''), last_error, unfinished
         FROM schedules",
    ),
    table(
        "templates",
        "id, name, job, version, created_at, updated_at",
        "SELECT hex(id), name, job, version, created_at, updated_at FROM templates",
    ),
    table(
        "prunes",
        "at, took, jobs, completed, failed, cancelled, merged, results, events, uploads",
        "SELECT at, took, jobs, completed, failed, cancelled, merged, results, events, uploads
         FROM prunes ORDER BY at DESC LIMIT 1",
    ),
    table("heard", "seq", "SELECT seq FROM heard"),
    table(
        "notices",
        "user_name, seq, at, kind, job, name, task, batch, owner, state, data, read_at",
        "SELECT user, seq, at, kind, nullif(hex(job), ''), name, task, batch, owner, state, data,
            read_at
         FROM notices ORDER BY user, seq",
    ),
    table(
        "outbox",
        "id, channel, configured, user_name, address, seq, at, kind, job, name, task, batch,
         owner, state, data, status, attempt, due, error, settled_at, taken_by",
        "SELECT hex(id), channel, configured, user, address, seq, at, kind, nullif(hex(job), ''),
            name, task, batch, owner, state, data, status, attempt, due, error, settled_at,
            taken_by
         FROM outbox ORDER BY id",
    ),
    table(
        "preferences",
        "user_name, in_app, email, email_topics, webhook, webhook_topics, webhook_secret,
         long_running_after",
        "SELECT user, in_app, email, email_topics, webhook, webhook_topics, webhook_secret,
            long_running_after
         FROM preferences ORDER BY user",
    ),
    table(
        "long_runs",
        "job, started_at",
        "SELECT job, started_at FROM long_runs ORDER BY job",
    ),
    table(
        "alerts",
        "code, subject, message, mark, since, opened_at",
        "SELECT code, subject, message, mark, since, opened_at FROM alerts ORDER BY code, subject",
    ),
];

/// Tables of the target that must have no rows either, though nothing comes into them.
pub(super) const OTHERS: &[&str] = &[
    "nodes",
    "node_facts",
    "system_samples",
    "uploads",
    "garbage",
];
