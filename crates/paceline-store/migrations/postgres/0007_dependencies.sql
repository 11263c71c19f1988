-- Which job waits for which. `standing`: 0 the parent has not ended, 1 it ended as the child asks,
-- 2 it ended otherwise (see core::dependency). A row is guarded by the row of its parent in `jobs`.
CREATE TABLE dependencies (
    child    bigint NOT NULL,
    parent   bigint NOT NULL,
    policy   text NOT NULL, -- completed, finished, failed
    standing integer NOT NULL,
    PRIMARY KEY (child, parent)
);
CREATE INDEX dependencies_parent ON dependencies (parent);

-- Of a job that waits or waited for others: what it asks of them, and how many of them stand how,
-- so that the end of one costs no look at the others.
ALTER TABLE jobs ADD COLUMN after_policy text;
ALTER TABLE jobs ADD COLUMN after_waiting integer;
ALTER TABLE jobs ADD COLUMN after_met integer;
ALTER TABLE jobs ADD COLUMN after_broken integer;
-- There may be jobs that wait for this one; empty: there are none.
ALTER TABLE jobs ADD COLUMN dependents boolean;
-- What a streamed submission waits for: JSON.
ALTER TABLE uploads ADD COLUMN links text;
