-- Rules of when jobs are submitted by themselves.
CREATE TABLE schedules (
    id            uuid PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    cron          text,                    -- the rule: this and a zone, or …
    timezone      text,
    every_micros  bigint,                  -- … an interval and where it counts from, or …
    anchor_at     bigint,
    once_at       bigint,                  -- … a time
    missed        text NOT NULL,           -- skip, once, all
    overlap       boolean NOT NULL,
    template      text,                    -- what it submits: a template by its name, or …
    job           text,                    -- … a submission as JSON
    paused        boolean NOT NULL,
    version       bigint NOT NULL,         -- grows with what people change
    revision      bigint NOT NULL,         -- grows with every change
    created_at    bigint NOT NULL,
    updated_at    bigint NOT NULL,
    next_at       bigint,                  -- NULL when paused or over
    last_run      bigint,
    last_job      uuid,
    last_error    text,
    unfinished    text NOT NULL            -- ids of jobs that may be unfinished, with commas
);
CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

-- Submissions that are kept to be launched again.
CREATE TABLE templates (
    id         uuid PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    job        text NOT NULL, -- a submission as JSON
    version    bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
