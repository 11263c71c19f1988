-- Times are microseconds since 1970 UTC, durations microseconds, states and kinds words; JSON that
-- must come back byte for byte is text. For reading by people use the views of 0002_views.sql.

CREATE SEQUENCE job_num;
-- Leases, and at the same time turns: a job's `last_served` is the number of its last lease.
CREATE SEQUENCE lease_id;
CREATE SEQUENCE node_id;

-- One row: the number of the newest event and how many jobs are in each state. Whoever appends
-- events changes it last before the commit, so its lock makes the order of numbers that of commits.
CREATE TABLE tally (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    event     bigint NOT NULL DEFAULT 0,
    scheduled bigint NOT NULL DEFAULT 0,
    blocked   bigint NOT NULL DEFAULT 0,
    pending   bigint NOT NULL DEFAULT 0,
    running   bigint NOT NULL DEFAULT 0,
    paused    bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    failed    bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    merged    bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO tally DEFAULT VALUES;

-- One row per job. Wide and changed only when the state changes; what changes with each report
-- is in `progress`.
CREATE TABLE jobs (
    num           bigint PRIMARY KEY, -- grows with each submission, never used twice
    id            uuid NOT NULL,
    name          text NOT NULL,
    task          text NOT NULL,
    queue         text NOT NULL,
    kind          text NOT NULL,      -- unit, items, planned
    state         text NOT NULL,
    priority      integer NOT NULL,   -- 0 low to 3 urgent
    attempt       integer NOT NULL,   -- from 1
    first_attempt integer NOT NULL,   -- the attempt that the last retry or restart began with
    created_at    bigint NOT NULL,
    run_at        bigint,
    started_at    bigint,
    finished_at   bigint,             -- set exactly when the state is terminal
    deadline_at   bigint,             -- set from the first start to the end, but not in a pause
    time_left     bigint,             -- of the job's timeout, in a pause
    lease         bigint,             -- of a unit job in a worker's hands: its lease …
    node          bigint,             -- … and the node that holds it
    -- The line that an unfinished job stands in (see src/lane.rs): 1 pending units, 2 pending jobs
    -- with items, 3 admitted units, 4 running, 5 scheduled, 6 others.
    lane          integer,
    user_name     text,
    key           text,
    batch         text,
    labels        text,               -- JSON object; NULL when there are none
    options       text NOT NULL,      -- JSON object of what differs from the defaults
    error         text,               -- JSON object: kind, message, traceback, item
    result        text,               -- JSON, of a unit job
    params        text NOT NULL       -- JSON
);
CREATE UNIQUE INDEX jobs_id ON jobs (id);
-- One index a line: its condition is that of the statement, so that the planner has no choice.
CREATE INDEX jobs_pending_units ON jobs (task, priority DESC, num) WHERE lane = 1;
CREATE INDEX jobs_pending_items ON jobs (priority DESC, num) WHERE lane = 2;
CREATE INDEX jobs_admitted_units ON jobs (task, priority DESC, num) WHERE lane = 3;
CREATE INDEX jobs_deadlines ON jobs (deadline_at) WHERE lane IN (3, 4);
CREATE INDEX jobs_scheduled ON jobs (run_at) WHERE lane = 5;
CREATE INDEX jobs_leased ON jobs (lease) WHERE lease IS NOT NULL;
CREATE INDEX jobs_pending_users ON jobs (user_name, priority DESC, num)
    WHERE user_name IS NOT NULL AND lane IN (1, 2);
CREATE INDEX jobs_ended ON jobs (finished_at, state) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_batch ON jobs (batch, num) WHERE batch IS NOT NULL;

-- What changes while a job runs: one narrow row per job with items, and per unit job that said
-- something about itself. Its lock is the lock of a job's work: ranges, leases, items.
CREATE TABLE progress (
    job          bigint PRIMARY KEY,
    -- Copies of the job's, for the order of turns.
    task         text NOT NULL,
    priority     integer NOT NULL,
    workers      integer,                        -- most chunks at once
    ready        boolean NOT NULL DEFAULT false, -- runs, has due work and may have one more chunk
    next_due     bigint,                         -- when it becomes ready, if only the time holds it
    leases       integer NOT NULL DEFAULT 0,     -- chunks and plans in workers' hands
    last_served  bigint NOT NULL DEFAULT 0,      -- the number of its last lease
    planned      boolean NOT NULL DEFAULT true,  -- false: its planner has still to list the items
    listed       integer NOT NULL DEFAULT 0,     -- items that the planner has listed so far
    -- Items by their end.
    total        integer NOT NULL DEFAULT 0,
    succeeded    integer NOT NULL DEFAULT 0,
    failed       integer NOT NULL DEFAULT 0,
    skipped      integer NOT NULL DEFAULT 0,
    cancelled    integer NOT NULL DEFAULT 0,
    running      integer NOT NULL DEFAULT 0,     -- in leases
    free         integer NOT NULL DEFAULT 0,     -- in `ranges`
    -- The smoothed rate: see core::progress::Rate.
    rate         double precision NOT NULL DEFAULT 0,
    rate_covers  bigint NOT NULL DEFAULT 0,
    rate_done    integer NOT NULL DEFAULT 0,
    rate_at      bigint NOT NULL DEFAULT 0,
    -- What the handler and the node last said.
    fraction     double precision,
    stage        text,
    message      text,
    memory_bytes bigint,
    cpu_seconds  double precision,
    sampled_at   bigint NOT NULL DEFAULT 0,
    samples      integer NOT NULL DEFAULT 0,
    log_rows     integer NOT NULL DEFAULT 0,     -- the number of the newest row of the log
    log_bytes    bigint NOT NULL DEFAULT 0,
    told         boolean NOT NULL DEFAULT true   -- there may be events of progress or log
) WITH (fillfactor = 70);
CREATE INDEX progress_turns ON progress (task, priority DESC, leases, last_served) WHERE ready;
CREATE INDEX progress_due ON progress (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX progress_told ON progress (job) WHERE told;

-- Items as they were submitted; never changed.
CREATE TABLE items (
    job     bigint NOT NULL,
    seq     integer NOT NULL,
    key     text,
    payload text NOT NULL,
    PRIMARY KEY (job, seq)
);
-- Where an item with a key is; also what makes keys unique in a job. Of the key only a digest: an
-- index cannot hold long ones.
CREATE UNIQUE INDEX items_keys ON items (job, md5(key)) WHERE key IS NOT NULL;

-- How the last attempt at an item ended; `pending` waits for its next attempt.
CREATE TABLE outcomes (
    job         bigint NOT NULL,
    seq         integer NOT NULL,
    state       text NOT NULL,    -- succeeded, failed, skipped, pending
    attempts    integer NOT NULL,
    duration    bigint,
    finished_at bigint NOT NULL,
    error       text,             -- JSON
    result      text,             -- JSON
    PRIMARY KEY (job, seq)
);
CREATE INDEX outcomes_not_succeeded ON outcomes (job, state, seq) WHERE state <> 'succeeded';

-- The last item with this key that succeeded, for `only_new`. A row whose job is gone counts for
-- nothing and is removed in time. Keys by their digest.
CREATE TABLE successes (
    task text NOT NULL,
    key  uuid NOT NULL,
    job  bigint NOT NULL,
    seq  integer NOT NULL,
    PRIMARY KEY (task, key)
);

-- Items that have no end and are in no lease. A job of a million untouched items is one row.
CREATE TABLE ranges (
    job        bigint NOT NULL,
    not_before bigint NOT NULL,  -- 0: at once; else when the retry is due
    first_seq  integer NOT NULL,
    last_seq   integer NOT NULL,
    alone      boolean NOT NULL, -- may have killed a worker; each item gets its own lease
    PRIMARY KEY (job, not_before, first_seq)
) WITH (fillfactor = 70);

-- Chunks and plans in workers' hands. (The lease of a unit job is in its own row.)
CREATE TABLE leases (
    id     bigint PRIMARY KEY, -- never used twice: the fencing token
    job    bigint NOT NULL,
    node   bigint NOT NULL,
    ranges text,               -- positions not reported yet (0-49,77); NULL: a plan
    since  bigint NOT NULL
);
CREATE INDEX leases_job ON leases (job);

-- What happened, in one numbered stream.
CREATE TABLE events (
    seq   bigint PRIMARY KEY,
    at    bigint NOT NULL,
    kind  text NOT NULL,
    job   bigint, -- the job that it is about
    state text,   -- of the job after the event
    data  text,   -- JSON object; NULL: empty
    -- Only in events about jobs that are no more: what would be found in `jobs`.
    id    uuid,
    task  text,
    batch text,
    gone  bigint  -- its number
);
CREATE INDEX events_job ON events (job, seq) WHERE job IS NOT NULL;
CREATE INDEX events_of_none ON events (at) WHERE job IS NULL;

-- Items being streamed in, under the number that their job will have.
CREATE TABLE uploads (
    num        bigint PRIMARY KEY,
    node       bigint NOT NULL, -- that takes it in; 0: none that registered
    id         uuid NOT NULL,
    name       text NOT NULL,
    task       text NOT NULL,
    queue      text NOT NULL,
    priority   integer NOT NULL,
    user_name  text,
    key        text,
    batch      text,
    labels     text,
    options    text NOT NULL,
    params     text NOT NULL,
    run_at     bigint,
    created_at bigint NOT NULL,
    items      integer NOT NULL,
    skipped    integer NOT NULL
);

-- Jobs that are gone and whose items are still to be removed, a slice at a time.
CREATE TABLE garbage (
    job  bigint PRIMARY KEY,
    task text NOT NULL
);

CREATE TABLE nodes (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    pid        bigint NOT NULL,
    version    text NOT NULL,
    started_at bigint NOT NULL,
    until      bigint NOT NULL -- believed alive until then
);

CREATE TABLE tasks (
    name          text PRIMARY KEY,
    options       text NOT NULL,
    params_schema text,
    has_planner   boolean NOT NULL,
    declared_by   text NOT NULL,
    declared_at   bigint NOT NULL
);

-- How jobs of a task ran.
CREATE TABLE task_statistics (
    task      text PRIMARY KEY,
    completed bigint NOT NULL,
    failed    bigint NOT NULL
);
-- Durations as sparse histograms with logarithmic steps (see src/statistics.rs).
CREATE TABLE task_durations (
    task  text NOT NULL,
    of    text NOT NULL,     -- item, job
    step  integer NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (task, of, step)
) WITH (fillfactor = 50);

CREATE TABLE samples (
    job          bigint NOT NULL,
    at           bigint NOT NULL,
    done         integer NOT NULL,
    rate         double precision,
    memory_bytes bigint,
    cpu_seconds  double precision,
    PRIMARY KEY (job, at)
);

CREATE TABLE logs (
    job  bigint NOT NULL,
    n    integer NOT NULL, -- from 1
    at   bigint NOT NULL,
    text text NOT NULL,    -- whole lines
    PRIMARY KEY (job, n)
);

-- Answers to requests with an Idempotency-Key.
CREATE TABLE idempotency (
    key    text PRIMARY KEY,
    hash   bytea NOT NULL,
    answer text NOT NULL,
    until  bigint NOT NULL
);

-- The last clean-up (at most one row).
CREATE TABLE prunes (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    at       bigint NOT NULL,
    jobs     bigint NOT NULL,
    events   bigint NOT NULL,
    uploads  bigint NOT NULL
);

-- A write that changes nothing that anyone reads, to see how long one takes.
CREATE TABLE probe (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    times    bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO probe (times) VALUES (0);
