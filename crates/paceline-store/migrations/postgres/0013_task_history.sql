-- How the jobs of each task ran, by when they ended: short buckets of 5 minutes, and of an hour
-- where that is over for two days. What clean-ups gather is found by the index.
CREATE TABLE task_history (
    task            text NOT NULL,
    at              bigint NOT NULL, -- where the bucket begins
    completed       bigint NOT NULL,
    failed          bigint NOT NULL,
    items_succeeded bigint NOT NULL,
    items_failed    bigint NOT NULL,
    item_durations  text NOT NULL,   -- JSON object: step → how many, as in task_durations
    job_durations   text NOT NULL,
    PRIMARY KEY (task, at)
) WITH (fillfactor = 50);
CREATE INDEX task_history_at ON task_history (at);
CREATE INDEX task_history_short ON task_history (at) WHERE at % 3600000000 <> 0;

CREATE VIEW task_history_overview AS
SELECT task, to_timestamp(at / 1e6) AS at, completed, failed, items_succeeded, items_failed
FROM task_history;
