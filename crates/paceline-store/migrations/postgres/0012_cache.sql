-- What the job works out (see core::cache), if its result may answer others; and the id of the job
-- whose result answered this one, which has no items of its own then.
ALTER TABLE jobs ADD COLUMN fingerprint bytea;
ALTER TABLE jobs ADD COLUMN cached_from uuid;
CREATE INDEX jobs_fingerprint ON jobs (fingerprint, finished_at) WHERE fingerprint IS NOT NULL;
