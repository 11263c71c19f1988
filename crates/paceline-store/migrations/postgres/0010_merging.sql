-- A job whose work is a duplicate of one that has begun stands behind it: an edge of `dependencies`
-- with the policy `duplicate`, which goes when that one has ended. True: there is one.
ALTER TABLE jobs ADD COLUMN after_behind boolean;

-- What identifies the job's work (see core::merge), unless its duplicates are let be.
ALTER TABLE jobs ADD COLUMN identity bytea;
-- The id of the job that does its work, and how many handed their params over to it.
ALTER TABLE jobs ADD COLUMN merged_into uuid;
ALTER TABLE jobs ADD COLUMN merged_count integer;
-- At most one job of an identity waits that has not begun (core::merge::has_begun).
CREATE UNIQUE INDEX jobs_identity_waiting ON jobs (identity)
    WHERE identity IS NOT NULL AND finished_at IS NULL AND started_at IS NULL
        AND (attempt = 1 OR kind = 'unit');
CREATE INDEX jobs_identity_unfinished ON jobs (identity)
    WHERE identity IS NOT NULL AND finished_at IS NULL;
