-- Which job waits for which. `standing`: 0 the parent has not ended, 1 it ended as the child asks,
-- 2 it ended otherwise (see core::dependency).
CREATE TABLE dependencies (
    child    INTEGER NOT NULL,
    parent   INTEGER NOT NULL,
    policy   TEXT NOT NULL, -- completed, finished, failed
    standing INTEGER NOT NULL,
    PRIMARY KEY (child, parent)
) WITHOUT ROWID;
CREATE INDEX dependencies_parent ON dependencies (parent);

-- Of a job that waits or waited for others: what it asks of them, and how many of them stand how,
-- so that the end of one costs no look at the others.
ALTER TABLE jobs ADD COLUMN after_policy TEXT;
ALTER TABLE jobs ADD COLUMN after_waiting INTEGER;
ALTER TABLE jobs ADD COLUMN after_met INTEGER;
ALTER TABLE jobs ADD COLUMN after_broken INTEGER;
-- 1: there may be jobs that wait for this one; empty: there are none.
ALTER TABLE jobs ADD COLUMN dependents INTEGER;
-- What a streamed submission waits for: JSON.
ALTER TABLE uploads ADD COLUMN links TEXT;
