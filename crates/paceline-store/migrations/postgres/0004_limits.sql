-- Most running jobs: `name` is `jobs`, `jobs_per_user` … or a scope (`key:dealer-7`). What was set
-- goes before what a node was configured with. NULL is no limit.
CREATE TABLE limits (
    name   text NOT NULL,
    is_set boolean NOT NULL,
    most   bigint,
    PRIMARY KEY (name, is_set)
);

-- Scopes whose pending jobs do not start: `queue:mail`, `task:predict`.
CREATE TABLE holds (
    scope  text PRIMARY KEY,
    until  bigint, -- NULL: until it is lifted
    reason text NOT NULL,
    since  bigint NOT NULL
);

-- Queues that jobs were submitted to.
CREATE TABLE queues (name text PRIMARY KEY);
INSERT INTO queues SELECT DISTINCT queue FROM jobs;

-- Scopes in which something has changed, so that jobs parked under them may start. Each admission
-- takes all rows out.
CREATE TABLE freed (scope text NOT NULL)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The place in line (see core::line), and the scope that a job is parked under in lane 7: pending
-- jobs that it holds back.
ALTER TABLE jobs ADD COLUMN place bigint NOT NULL DEFAULT 0, ADD COLUMN parked_by text;
UPDATE jobs SET place = greatest(created_at, run_at) - CASE priority
    WHEN 0 THEN 0 WHEN 1 THEN 900000000 WHEN 2 THEN 3600000000 ELSE 86400000000 END
WHERE lane IS NOT NULL;
DROP INDEX jobs_pending_units, jobs_pending_items, jobs_admitted_units, jobs_pending_users;
CREATE INDEX jobs_pending_units ON jobs (task, place, num) WHERE lane = 1;
CREATE INDEX jobs_pending_items ON jobs (place, num) WHERE lane = 2;
CREATE INDEX jobs_admitted_units ON jobs (task, place, num) WHERE lane = 3;
CREATE INDEX jobs_pending_users ON jobs (user_name, place, num)
    WHERE user_name IS NOT NULL AND lane IN (1, 2);
CREATE INDEX jobs_parked ON jobs (parked_by, place, num) WHERE lane = 7;
