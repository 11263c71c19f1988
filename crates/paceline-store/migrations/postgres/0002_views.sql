-- Views for people with a SQL shell: times with their zone, durations in seconds.

-- Jobs, the newest last.
CREATE VIEW job_overview AS
SELECT j.id, j.name, j.task, j.queue, j.state,
       CASE j.priority WHEN 0 THEN 'low' WHEN 1 THEN 'normal' WHEN 2 THEN 'high' ELSE 'urgent' END
           AS priority,
       j.user_name AS "user", j.key, j.batch, j.labels::json AS labels, j.attempt,
       to_timestamp(j.created_at / 1e6) AS created_at,
       to_timestamp(j.run_at / 1e6) AS run_at,
       to_timestamp(j.started_at / 1e6) AS started_at,
       to_timestamp(j.finished_at / 1e6) AS finished_at,
       (j.finished_at - j.started_at) / 1e6 AS duration_seconds,
       CASE WHEN j.kind = 'unit' THEN 1 ELSE p.total END AS total,
       CASE WHEN j.kind = 'unit' THEN (j.state = 'completed')::int ELSE p.succeeded END AS succeeded,
       CASE WHEN j.kind = 'unit' THEN (j.state = 'failed')::int ELSE p.failed END AS failed,
       CASE WHEN j.kind = 'unit' THEN 0 ELSE p.skipped END AS skipped,
       CASE WHEN j.kind = 'unit' THEN (j.state = 'cancelled')::int ELSE p.cancelled END AS cancelled,
       CASE WHEN j.kind = 'unit' THEN (j.lease IS NOT NULL)::int ELSE p.running END AS running,
       j.error::json ->> 'kind' AS error_kind, j.error::json ->> 'message' AS error,
       j.params, j.result, j.num
FROM jobs j LEFT JOIN progress p ON p.job = j.num;

-- Items with what became of them. `job` is the id of the job.
CREATE VIEW item_overview AS
SELECT j.id AS job, i.seq AS position, i.key,
       CASE WHEN o.state IN ('succeeded', 'failed', 'skipped') THEN o.state
            WHEN j.state IN ('completed', 'failed', 'cancelled', 'merged') THEN 'cancelled'
            WHEN EXISTS (SELECT 1 FROM ranges r WHERE r.job = j.num
                AND i.seq BETWEEN r.first_seq AND r.last_seq) THEN 'pending'
            ELSE 'running' END AS state,
       coalesce(o.attempts, 0) AS attempts,
       o.duration / 1e6 AS duration_seconds,
       to_timestamp(o.finished_at / 1e6) AS finished_at,
       o.error::json ->> 'kind' AS error_kind, o.error::json ->> 'message' AS error,
       i.payload, o.result
FROM jobs j
JOIN progress p ON p.job = j.num
JOIN items i ON i.job = j.num AND i.seq < p.total
LEFT JOIN outcomes o ON o.job = i.job AND o.seq = i.seq;

-- The stream of events.
CREATE VIEW event_overview AS
SELECT e.seq, to_timestamp(e.at / 1e6) AS at, e.kind AS type,
       j.name AS job, coalesce(e.task, j.task) AS task, e.state, e.data::json AS data
FROM events e LEFT JOIN jobs j ON j.num = e.job;

-- Tasks with what is known of how they ran.
CREATE VIEW task_overview AS
SELECT t.name, t.declared_by, to_timestamp(t.declared_at / 1e6) AS declared_at,
       t.has_planner, coalesce(s.completed, 0) AS completed, coalesce(s.failed, 0) AS failed,
       (SELECT count(*) FROM jobs WHERE lane IN (3, 4) AND task = t.name) AS running,
       t.options::json AS options
FROM tasks t LEFT JOIN task_statistics s ON s.task = t.name;
