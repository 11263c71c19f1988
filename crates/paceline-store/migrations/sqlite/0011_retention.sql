-- Results that are kept for a shorter time than their job: 1 once some of a job were removed, and
-- when they were last looked at.
ALTER TABLE jobs ADD COLUMN results_expired INTEGER;
ALTER TABLE jobs ADD COLUMN results_swept_at INTEGER;

-- What the last clean-up removed, by kind, and how long it took.
ALTER TABLE prunes ADD COLUMN took INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prunes ADD COLUMN completed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prunes ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prunes ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prunes ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prunes ADD COLUMN results INTEGER NOT NULL DEFAULT 0;
