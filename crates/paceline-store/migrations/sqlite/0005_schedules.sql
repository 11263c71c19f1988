-- Rules of when jobs are submitted by themselves.
CREATE TABLE schedules (
    id            BLOB PRIMARY KEY,        -- UUID, 16 bytes
    name          TEXT NOT NULL UNIQUE,
    cron          TEXT,                    -- the rule: this and a zone, or …
    timezone      TEXT,
    every_micros  INTEGER,                 -- … an interval and where it counts from, or …
    anchor_at     INTEGER,
    once_at       INTEGER,                 -- … a time
    missed        TEXT NOT NULL,           -- skip, once, all
    overlap       INTEGER NOT NULL,
    template      TEXT,                    -- what it submits: a template by its name, or …
    job           TEXT,                    -- … a submission as JSON
    paused        INTEGER NOT NULL,
    version       INTEGER NOT NULL,        -- grows with what people change
    revision      INTEGER NOT NULL,        -- grows with every change
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    next_at       INTEGER,                 -- NULL when paused or over
    last_run      INTEGER,
    last_job      BLOB,
    last_error    TEXT,
    unfinished    TEXT NOT NULL            -- ids of jobs that may be unfinished, with commas
) WITHOUT ROWID;
CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

-- Submissions that are kept to be launched again.
CREATE TABLE templates (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    job        TEXT NOT NULL, -- a submission as JSON
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;
