-- How far the stream of events was heard by those who tell people of it (at most one row).
CREATE TABLE heard (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    seq      INTEGER NOT NULL
);

-- Notifications in the app, in the list of a user or (user '') of everybody. They outlive the job
-- and the event that they tell of, whose number `seq` is.
CREATE TABLE notices (
    user    TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    job     BLOB,             -- UUID
    name    TEXT,
    task    TEXT,
    batch   TEXT,
    owner   TEXT,             -- whose job it is
    state   TEXT,
    data    TEXT NOT NULL,    -- JSON object
    read_at INTEGER,
    PRIMARY KEY (user, seq)
) WITHOUT ROWID;

-- Messages to addresses outside.
CREATE TABLE outbox (
    id         BLOB PRIMARY KEY, -- UUID, the same at each attempt
    channel    TEXT NOT NULL,    -- email, webhook
    configured TEXT,             -- for a subscription of the configuration: its name …
    user       TEXT,             -- … else for this user
    address    TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    job        BLOB,
    name       TEXT,
    task       TEXT,
    batch      TEXT,
    owner      TEXT,
    state      TEXT,
    data       TEXT NOT NULL,
    status     TEXT NOT NULL,    -- waiting, sent, failed
    attempt    INTEGER NOT NULL, -- 0 before the first
    due        INTEGER,          -- while it waits
    error      TEXT,             -- of the last attempt that failed
    settled_at INTEGER
);
CREATE INDEX outbox_due ON outbox (due) WHERE due IS NOT NULL;
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

-- What users asked for; user '' holds for jobs without one. Topics are words joined by commas.
CREATE TABLE preferences (
    user               TEXT PRIMARY KEY,
    in_app             TEXT NOT NULL,
    email              TEXT,
    email_topics       TEXT NOT NULL,
    webhook            TEXT,
    webhook_topics     TEXT NOT NULL,
    webhook_secret     TEXT,
    long_running_after INTEGER
) WITHOUT ROWID;

-- Runs that people were told of as long: the job and when the run began.
CREATE TABLE long_runs (
    job        INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL
);

-- What nodes last said of themselves (JSON).
CREATE TABLE node_facts (
    node  INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    facts TEXT NOT NULL
);

-- Trouble that goes on; an alert once it has `opened_at`.
CREATE TABLE alerts (
    code      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    message   TEXT NOT NULL,
    mark      TEXT NOT NULL,
    since     INTEGER NOT NULL,
    opened_at INTEGER,
    PRIMARY KEY (code, subject)
) WITHOUT ROWID;
