-- Most running jobs: `name` is `jobs`, `jobs_per_user` … or a scope (`key:dealer-7`). What was set
-- (1) goes before what a node was configured with (0). NULL is no limit.
CREATE TABLE limits (
    name   TEXT NOT NULL,
    is_set INTEGER NOT NULL,
    most   INTEGER,
    PRIMARY KEY (name, is_set)
) WITHOUT ROWID;

-- Scopes whose pending jobs do not start: `queue:mail`, `task:predict`.
CREATE TABLE holds (
    scope  TEXT PRIMARY KEY,
    until  INTEGER, -- NULL: until it is lifted
    reason TEXT NOT NULL,
    since  INTEGER NOT NULL
) WITHOUT ROWID;

-- Queues that jobs were submitted to.
CREATE TABLE queues (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
INSERT INTO queues SELECT DISTINCT queue FROM jobs;

-- `lane_order` is now the job's place in line (see core::line), which it keeps in all lanes. There
-- is one more lane, 7: pending jobs that a scope holds back; `lane_key` is the scope.
UPDATE jobs SET lane_order = max(created_at, coalesce(run_at, 0)) - CASE priority
    WHEN 0 THEN 0 WHEN 1 THEN 900000000 WHEN 2 THEN 3600000000 ELSE 86400000000 END
WHERE lane IS NOT NULL;
DROP INDEX jobs_pending_users;
CREATE INDEX jobs_pending_users ON jobs (user, lane_order) WHERE user IS NOT NULL AND lane IN (1, 2);
