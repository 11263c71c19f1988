-- Trigrams of names, users, keys, labels and params, by the number of the job: which jobs may hold
-- a text. Filled behind the submissions, as far as the counter `searchable`.
CREATE VIRTUAL TABLE job_search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = 'none'
);

-- 1: there may be events of the job's progress or log, which go before the job does.
ALTER TABLE progress ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
CREATE INDEX progress_told ON progress (told) WHERE told = 1;
