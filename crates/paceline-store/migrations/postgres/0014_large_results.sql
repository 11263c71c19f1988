-- Large results are compressed: `zstd:<bytes>:<base64>` in their column (see src/packed.rs). The views
-- show the others as `result`, and these as `result_zstd`: what `base64 -d | zstd -d` takes.

-- Jobs, the newest last.
CREATE OR REPLACE VIEW job_overview AS
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
       j.params,
       CASE WHEN substr(j.result, 1, 5) <> 'zstd:' THEN j.result END AS result,
       j.num,
       CASE WHEN substr(j.result, 1, 5) = 'zstd:' THEN split_part(j.result, ':', 3) END AS result_zstd
FROM jobs j LEFT JOIN progress p ON p.job = j.num;

-- Items with what became of them. `job` is the id of the job.
CREATE OR REPLACE VIEW item_overview AS
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
       i.payload,
       CASE WHEN substr(o.result, 1, 5) <> 'zstd:' THEN o.result END AS result,
       CASE WHEN substr(o.result, 1, 5) = 'zstd:' THEN split_part(o.result, ':', 3) END AS result_zstd
FROM jobs j
JOIN progress p ON p.job = j.num
JOIN items i ON i.job = j.num AND i.seq < p.total
LEFT JOIN outcomes o ON o.job = i.job AND o.seq = i.seq;
