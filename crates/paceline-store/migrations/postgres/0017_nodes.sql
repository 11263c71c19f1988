-- Somebody asked the node to take no more work.
ALTER TABLE nodes ADD COLUMN drained boolean NOT NULL DEFAULT false;
-- How nodes were over time (JSON).
CREATE TABLE system_samples (
    at     bigint NOT NULL,
    node   bigint NOT NULL,
    sample text NOT NULL,
    PRIMARY KEY (at, node)
);
