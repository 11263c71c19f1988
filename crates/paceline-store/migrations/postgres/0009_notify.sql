-- How far the stream of events was heard by those who tell people of it (at most one row).
CREATE TABLE heard (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq      bigint NOT NULL
);

-- Notifications in the app, in the list of a user or (user_name '') of everybody. They outlive the job
-- and the event that they tell of, whose number `seq` is.
CREATE TABLE notices (
    user_name text NOT NULL,
    seq     bigint NOT NULL,
    at      bigint NOT NULL,
    kind    text NOT NULL,
    job     uuid,
    name    text,
    task    text,
    batch   text,
    owner   text,             -- whose job it is
    state   text,
    data    text NOT NULL,    -- JSON object
    read_at bigint,
    PRIMARY KEY (user_name, seq)
);

-- Messages to addresses outside.
CREATE TABLE outbox (
    id         uuid PRIMARY KEY, -- the same at each attempt
    channel    text NOT NULL,    -- email, webhook
    configured text,             -- for a subscription of the configuration: its name …
    user_name  text,             -- … else for this user
    address    text NOT NULL,
    seq        bigint NOT NULL,
    at         bigint NOT NULL,
    kind       text NOT NULL,
    job        uuid,
    name       text,
    task       text,
    batch      text,
    owner      text,
    state      text,
    data       text NOT NULL,
    status     text NOT NULL,    -- waiting, sent, failed
    attempt    integer NOT NULL, -- 0 before the first
    due        bigint,          -- while it waits
    error      text,             -- of the last attempt that failed
    settled_at bigint
);
CREATE INDEX outbox_due ON outbox (due) WHERE due IS NOT NULL;
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

-- What users asked for; user_name '' holds for jobs without one. Topics are words joined by commas.
CREATE TABLE preferences (
    user_name          text PRIMARY KEY,
    in_app             text NOT NULL,
    email              text,
    email_topics       text NOT NULL,
    webhook            text,
    webhook_topics     text NOT NULL,
    webhook_secret     text,
    long_running_after bigint
);

-- Runs that people were told of as long: the job and when the run began.
CREATE TABLE long_runs (
    job        bigint PRIMARY KEY,
    started_at bigint NOT NULL
);

-- What nodes last said of themselves (JSON).
CREATE TABLE node_facts (
    node  bigint PRIMARY KEY,
    at    bigint NOT NULL,
    facts text NOT NULL
);

-- Trouble that goes on; an alert once it has `opened_at`.
CREATE TABLE alerts (
    code      text NOT NULL,
    subject   text NOT NULL,
    message   text NOT NULL,
    mark      text NOT NULL,
    since     bigint NOT NULL,
    opened_at bigint,
    PRIMARY KEY (code, subject)
);
