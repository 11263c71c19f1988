-- How the jobs of each task ran, by when they ended: short buckets of 5 minutes, and of an hour
-- where that is over for two days. What clean-ups gather is found by the index.
CREATE TABLE task_history (
    task            TEXT NOT NULL,
    at              INTEGER NOT NULL, -- where the bucket begins
    completed       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    items_succeeded INTEGER NOT NULL,
    items_failed    INTEGER NOT NULL,
    item_durations  TEXT NOT NULL,    -- JSON object: step → how many, as in task_statistics
    job_durations   TEXT NOT NULL,
    PRIMARY KEY (task, at)
) WITHOUT ROWID;
CREATE INDEX task_history_at ON task_history (at);
CREATE INDEX task_history_short ON task_history (at) WHERE at % 3600000000 <> 0;

CREATE VIEW task_history_overview AS
SELECT task, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1e6, 'unixepoch') AS at,
       completed, failed, items_succeeded, items_failed
FROM task_history;
