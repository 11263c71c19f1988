-- Results that are kept for a shorter time than their job: true once some of a job were removed,
-- and when they were last looked at.
ALTER TABLE jobs ADD COLUMN results_expired boolean, ADD COLUMN results_swept_at bigint;

-- What the last clean-up removed, by kind, and how long it took.
ALTER TABLE prunes ADD COLUMN took bigint NOT NULL DEFAULT 0,
    ADD COLUMN completed bigint NOT NULL DEFAULT 0, ADD COLUMN failed bigint NOT NULL DEFAULT 0,
    ADD COLUMN cancelled bigint NOT NULL DEFAULT 0, ADD COLUMN merged bigint NOT NULL DEFAULT 0,
    ADD COLUMN results bigint NOT NULL DEFAULT 0;
