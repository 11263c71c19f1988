-- Large results are compressed: `zstd:<bytes>:<base64>` in their column (see src/packed.rs). The views
-- show the others as `result`, and these as `result_zstd`: what `base64 -d | zstd -d` takes.
DROP VIEW item_overview;
DROP VIEW job_overview;

-- Jobs, the newest last.
CREATE VIEW job_overview AS
SELECT lower(substr(hex(j.id), 1, 8) || '-' || substr(hex(j.id), 9, 4) || '-' ||
             substr(hex(j.id), 13, 4) || '-' || substr(hex(j.id), 17, 4) || '-' ||
             substr(hex(j.id), 21)) AS id,
       j.name, j.task, j.queue, j.state,
       CASE j.priority WHEN 0 THEN 'low' WHEN 1 THEN 'normal' WHEN 2 THEN 'high' ELSE 'urgent' END
           AS priority,
       j.user, j.key, j.batch, j.labels, j.attempt,
       strftime('%Y-%m-%dT%H:%M:%fZ', j.created_at / 1e6, 'unixepoch') AS created_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', j.run_at / 1e6, 'unixepoch') AS run_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', j.started_at / 1e6, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', j.finished_at / 1e6, 'unixepoch') AS finished_at,
       (j.finished_at - j.started_at) / 1e6 AS duration_seconds,
       CASE WHEN j.kind = 'unit' THEN 1 ELSE p.total END AS total,
       CASE WHEN j.kind = 'unit' THEN j.state = 'completed' ELSE p.succeeded END AS succeeded,
       CASE WHEN j.kind = 'unit' THEN j.state = 'failed' ELSE p.failed END AS failed,
       CASE WHEN j.kind = 'unit' THEN 0 ELSE p.skipped END AS skipped,
       CASE WHEN j.kind = 'unit' THEN j.state = 'cancelled' ELSE p.cancelled END AS cancelled,
       CASE WHEN j.kind = 'unit' THEN j.lease IS NOT NULL ELSE p.running END AS running,
       j.error ->> 'kind' AS error_kind, j.error ->> 'message' AS error,
       j.params,
       CASE WHEN substr(j.result, 1, 5) <> 'zstd:' THEN j.result END AS result,
       j.num,
       CASE WHEN substr(j.result, 1, 5) = 'zstd:' THEN substr(j.result, 6 + instr(substr(j.result, 6), ':')) END AS result_zstd
FROM jobs j LEFT JOIN progress p ON p.job = j.num;

-- Items with what became of them. `job` is the id of the job.
CREATE VIEW item_overview AS
SELECT j.id AS job, i.place & 0xffffff AS position, i.key,
       CASE WHEN o.state IN ('succeeded', 'failed', 'skipped') THEN o.state
            WHEN j.state IN ('completed', 'failed', 'cancelled', 'merged') THEN 'cancelled'
            WHEN EXISTS (SELECT 1 FROM ranges r WHERE r.job = j.num
                AND i.place & 0xffffff BETWEEN r.first_seq AND r.last_seq) THEN 'pending'
            ELSE 'running' END AS state,
       coalesce(o.attempts, 0) AS attempts,
       o.duration / 1e6 AS duration_seconds,
       strftime('%Y-%m-%dT%H:%M:%fZ', o.finished_at / 1e6, 'unixepoch') AS finished_at,
       o.error ->> 'kind' AS error_kind, o.error ->> 'message' AS error,
       i.payload,
       CASE WHEN substr(o.result, 1, 5) <> 'zstd:' THEN o.result END AS result,
       CASE WHEN substr(o.result, 1, 5) = 'zstd:' THEN substr(o.result, 6 + instr(substr(o.result, 6), ':')) END AS result_zstd
FROM job_overview j
JOIN progress p ON p.job = j.num
JOIN items i ON i.place >= j.num << 24 AND i.place < (j.num << 24) + p.total
LEFT JOIN outcomes o ON o.place = i.place;
