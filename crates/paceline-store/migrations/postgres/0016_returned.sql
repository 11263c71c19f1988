-- Work that came back from a lost worker or node goes first: its rows of `ranges` have not_before 1.
-- The job has such work, or had it when it was last given a chunk.
ALTER TABLE progress ADD COLUMN returned boolean NOT NULL DEFAULT false;
-- How often work came back since something was last recorded: see core::turns.
ALTER TABLE progress ADD COLUMN returns integer NOT NULL DEFAULT 0;
-- Nodes of the version before look for turns in the other order; few jobs are ready at a time.
DROP INDEX progress_turns;
CREATE INDEX progress_turns ON progress (task, returned DESC, priority DESC, leases, last_served)
    WHERE ready;
