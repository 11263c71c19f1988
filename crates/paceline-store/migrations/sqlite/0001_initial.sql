-- Times are microseconds since 1970 UTC, durations microseconds, states and kinds words.
-- For reading by people use the views of 0002_views.sql.

-- Numbers that only grow (`job`, `lease`, `event`, `node`, `turn`, `searchable`, `swept`) and the number of jobs in each
-- state (`jobs.pending`, …), kept here so that no start and no status call has to count.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- One row per job. Wide and changed only when the state changes; what changes with each report
-- is in `progress`.
CREATE TABLE jobs (
    num           INTEGER PRIMARY KEY, -- grows with each submission, never used twice
    id            BLOB NOT NULL,       -- UUID, 16 bytes
    name          TEXT NOT NULL,
    task          TEXT NOT NULL,
    queue         TEXT NOT NULL,
    kind          TEXT NOT NULL,       -- unit, items, planned
    state         TEXT NOT NULL,
    priority      INTEGER NOT NULL,    -- 0 low to 3 urgent
    attempt       INTEGER NOT NULL,    -- from 1
    first_attempt INTEGER NOT NULL,    -- the attempt that the last retry or restart began with
    created_at    INTEGER NOT NULL,
    run_at        INTEGER,
    started_at    INTEGER,
    finished_at   INTEGER,             -- set exactly when the state is terminal
    deadline_at   INTEGER,             -- set from the first start to the end, but not in a pause
    time_left     INTEGER,             -- of the job's timeout, in a pause
    lease         INTEGER,             -- of a unit job in a worker's hands: its lease …
    node          INTEGER,             -- … and the node that holds it
    -- The line that an unfinished job stands in, and its place there (see src/lane.rs):
    -- 1 pending units, 2 pending jobs with items, 3 admitted units, 4 running, 5 scheduled, 6 others.
    lane          INTEGER,
    lane_key,                          -- a task (1, 3), the deadline (4), the start (5)
    lane_order    INTEGER,             -- in 1 to 3 minus the priority
    -- The first events of a unit job's life, which `events_job` leaves out.
    submitted_event INTEGER,
    started_event INTEGER,
    ended_event   INTEGER,
    user          TEXT,
    key           TEXT,
    batch         TEXT,
    labels        TEXT,                -- JSON object; NULL when there are none
    options       TEXT NOT NULL,       -- JSON object of what differs from the defaults
    error         TEXT,                -- JSON object: kind, message, traceback, item
    result        TEXT,                -- JSON, of a unit job
    params        TEXT NOT NULL        -- JSON
);
CREATE UNIQUE INDEX jobs_id ON jobs (id);
-- One index for all that is unfinished. (The row number is the last column of every index, so
-- equals stand in the order of submission.)
CREATE INDEX jobs_lanes ON jobs (lane, lane_key, lane_order) WHERE lane IS NOT NULL;
CREATE INDEX jobs_pending_users ON jobs (user, priority DESC)
    WHERE user IS NOT NULL AND state = 'pending';
CREATE INDEX jobs_ended ON jobs (finished_at, state) WHERE finished_at IS NOT NULL;

-- What changes while a job runs: one narrow row per job with items, and per unit job that said
-- something about itself.
CREATE TABLE progress (
    job             INTEGER PRIMARY KEY,
    -- Copies of the job's, for the order of turns.
    task            TEXT NOT NULL,
    priority        INTEGER NOT NULL,
    workers         INTEGER,                    -- most chunks at once
    ready           INTEGER NOT NULL DEFAULT 0, -- 1: runs, has due work and may have one more chunk
    next_due        INTEGER,                    -- when it becomes ready, if only the time holds it
    leases          INTEGER NOT NULL DEFAULT 0, -- chunks and plans in workers' hands
    last_served     INTEGER NOT NULL DEFAULT 0, -- the turn of its last chunk
    planned         INTEGER NOT NULL DEFAULT 1, -- 0: its planner has still to list the items
    listed          INTEGER NOT NULL DEFAULT 0, -- items that the planner has listed so far
    -- Items by their end.
    total           INTEGER NOT NULL DEFAULT 0,
    succeeded       INTEGER NOT NULL DEFAULT 0,
    failed          INTEGER NOT NULL DEFAULT 0,
    skipped         INTEGER NOT NULL DEFAULT 0,
    cancelled       INTEGER NOT NULL DEFAULT 0,
    running         INTEGER NOT NULL DEFAULT 0, -- in leases
    free            INTEGER NOT NULL DEFAULT 0, -- in `ranges`
    -- The smoothed rate: see core::progress::Rate.
    rate            REAL NOT NULL DEFAULT 0,
    rate_covers     INTEGER NOT NULL DEFAULT 0,
    rate_done       INTEGER NOT NULL DEFAULT 0,
    rate_at         INTEGER NOT NULL DEFAULT 0,
    -- What the handler and the node last said.
    fraction        REAL,
    stage           TEXT,
    message         TEXT,
    memory_bytes    INTEGER,
    cpu_seconds     REAL,
    sampled_at      INTEGER NOT NULL DEFAULT 0,
    samples         INTEGER NOT NULL DEFAULT 0,
    log_rows        INTEGER NOT NULL DEFAULT 0, -- the number of the newest row of the log
    log_bytes       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX progress_turns ON progress (task, priority DESC, leases, last_served) WHERE ready = 1;
CREATE INDEX progress_due ON progress (next_due) WHERE next_due IS NOT NULL;

-- Items as they were submitted; never changed. `place` is job * 2^24 + position.
CREATE TABLE items (
    place   INTEGER PRIMARY KEY,
    key     TEXT,
    payload TEXT NOT NULL
);
-- Where an item with a key is; also what makes keys unique in a job.
CREATE TABLE item_keys (
    job   INTEGER NOT NULL,
    key   TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (job, key)
) WITHOUT ROWID;

-- How the last attempt at an item ended; `pending` waits for its next attempt.
CREATE TABLE outcomes (
    place       INTEGER PRIMARY KEY,
    state       TEXT NOT NULL,    -- succeeded, failed, skipped, pending
    attempts    INTEGER NOT NULL,
    duration    INTEGER,
    finished_at INTEGER NOT NULL,
    error       TEXT,             -- JSON
    result      TEXT              -- JSON
);
CREATE INDEX outcomes_not_succeeded ON outcomes (state) WHERE state <> 'succeeded';

-- The last item with this key that succeeded, for `only_new`. A row whose job is gone counts for
-- nothing and is removed in time.
CREATE TABLE successes (
    task  TEXT NOT NULL,
    key   TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (task, key)
) WITHOUT ROWID;

-- Items that have no end and are in no lease. A job of a million untouched items is one row.
CREATE TABLE ranges (
    job        INTEGER NOT NULL,
    not_before INTEGER NOT NULL, -- 0: at once; else when the retry is due
    first_seq  INTEGER NOT NULL,
    last_seq   INTEGER NOT NULL,
    alone      INTEGER NOT NULL, -- 1: may have killed a worker; each item gets its own lease
    PRIMARY KEY (job, not_before, first_seq)
) WITHOUT ROWID;

-- Chunks and plans in workers' hands. (The lease of a unit job is in its own row.)
CREATE TABLE leases (
    id     INTEGER PRIMARY KEY, -- never used twice: the fencing token
    job    INTEGER NOT NULL,
    node   INTEGER NOT NULL,
    ranges TEXT,                -- positions not reported yet (0-49,77); NULL: a plan
    since  INTEGER NOT NULL
);
CREATE INDEX leases_job ON leases (job);

-- What happened, in one numbered stream.
CREATE TABLE events (
    seq   INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    job   INTEGER, -- the job that it is about, or …
    unit  INTEGER, -- … the unit job whose row knows this event by its number
    state TEXT,    -- of the job after the event
    data  TEXT,    -- JSON object; NULL: empty
    -- Only in events about jobs that are no more: what would be found in `jobs`.
    id    BLOB,
    task  TEXT,
    batch TEXT
);
CREATE INDEX events_job ON events (job) WHERE job IS NOT NULL;

-- Items being streamed in, under the number that their job will have.
CREATE TABLE uploads (
    num        INTEGER PRIMARY KEY,
    id         BLOB NOT NULL,
    name       TEXT NOT NULL,
    task       TEXT NOT NULL,
    queue      TEXT NOT NULL,
    priority   INTEGER NOT NULL,
    user       TEXT,
    key        TEXT,
    batch      TEXT,
    labels     TEXT,
    options    TEXT NOT NULL,
    params     TEXT NOT NULL,
    run_at     INTEGER,
    created_at INTEGER NOT NULL,
    items      INTEGER NOT NULL,
    skipped    INTEGER NOT NULL
);

-- Jobs that are gone and whose items are still to be removed, a slice at a time.
CREATE TABLE garbage (
    job  INTEGER PRIMARY KEY,
    task TEXT NOT NULL
);

CREATE TABLE nodes (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    pid        INTEGER NOT NULL,
    version    TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    until      INTEGER NOT NULL -- believed alive until then
);

CREATE TABLE tasks (
    name          TEXT PRIMARY KEY,
    options       TEXT NOT NULL,
    params_schema TEXT,
    has_planner   INTEGER NOT NULL,
    declared_by   TEXT NOT NULL,
    declared_at   INTEGER NOT NULL
) WITHOUT ROWID;

-- How jobs of a task ran: counts, and durations as sparse histograms with logarithmic steps.
CREATE TABLE task_statistics (
    task           TEXT PRIMARY KEY,
    completed      INTEGER NOT NULL,
    failed         INTEGER NOT NULL,
    item_durations TEXT NOT NULL, -- JSON object: step → how many
    job_durations  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE samples (
    job          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    done         INTEGER NOT NULL,
    rate         REAL,
    memory_bytes INTEGER,
    cpu_seconds  REAL,
    PRIMARY KEY (job, at)
) WITHOUT ROWID;

CREATE TABLE logs (
    job  INTEGER NOT NULL,
    n    INTEGER NOT NULL, -- from 1
    at   INTEGER NOT NULL,
    text TEXT NOT NULL,    -- whole lines
    PRIMARY KEY (job, n)
) WITHOUT ROWID;

-- Answers to requests with an Idempotency-Key.
CREATE TABLE idempotency (
    key    TEXT PRIMARY KEY,
    hash   BLOB NOT NULL,
    answer TEXT NOT NULL,
    until  INTEGER NOT NULL
) WITHOUT ROWID;

-- The last clean-up (at most one row).
CREATE TABLE prunes (
    at      INTEGER PRIMARY KEY,
    jobs    INTEGER NOT NULL,
    events  INTEGER NOT NULL,
    uploads INTEGER NOT NULL
);
