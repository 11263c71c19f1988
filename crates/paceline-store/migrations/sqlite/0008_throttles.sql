-- Tasks with a breaker, a rate or a pause between chunks: what they declare, and what is remembered
-- of them (JSON). While the breaker is not closed, `probes` is how many of its jobs may run, and
-- `open_until` when the first of them may start.
CREATE TABLE throttles (
    task       TEXT PRIMARY KEY,
    policy     TEXT NOT NULL,
    state      TEXT NOT NULL,
    open_until INTEGER,
    probes     INTEGER
) WITHOUT ROWID;

-- What a worker needs of its node while it runs the task (JSON); NULL is nothing.
ALTER TABLE tasks ADD COLUMN needs TEXT;
