-- Somebody asked the node to take no more work.
ALTER TABLE nodes ADD COLUMN drained INTEGER NOT NULL DEFAULT 0;
-- How nodes were over time (JSON).
CREATE TABLE system_samples (
    at     INTEGER NOT NULL,
    node   INTEGER NOT NULL,
    sample TEXT NOT NULL,
    PRIMARY KEY (at, node)
) WITHOUT ROWID;
