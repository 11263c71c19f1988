-- Work that came back from a lost worker or node goes first: its rows of `ranges` have not_before 1.
-- 1: the job has such work, or had it when it was last given a chunk.
ALTER TABLE progress ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
-- How often work came back since something was last recorded: see core::turns.
ALTER TABLE progress ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;
DROP INDEX progress_turns;
CREATE INDEX progress_turns ON progress (task, returned DESC, priority DESC, leases, last_served)
    WHERE ready = 1;
