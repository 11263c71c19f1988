-- The oldest schema version whose nodes work with this one; empty: none but its own.
ALTER TABLE schema_version ADD COLUMN compatible_from bigint;
