-- Jobs that belong together, by the name that they give.
CREATE TABLE batches (
    name         TEXT PRIMARY KEY,
    reason       TEXT,
    created_at   INTEGER NOT NULL,
    completed_at INTEGER           -- NULL while a job of it is unfinished, or before there is one
) WITHOUT ROWID;
CREATE INDEX batches_newest ON batches (created_at, name);
-- All that is counted of jobs without items; and which batches have unfinished jobs.
CREATE INDEX jobs_batch ON jobs (batch, kind, state, started_at) WHERE batch IS NOT NULL;
CREATE INDEX jobs_batch_open ON jobs (batch) WHERE batch IS NOT NULL AND finished_at IS NULL;
INSERT INTO batches (name, created_at, completed_at)
    SELECT batch, min(created_at), CASE WHEN count(*) = count(finished_at) THEN max(finished_at) END
    FROM jobs WHERE batch IS NOT NULL GROUP BY batch;
