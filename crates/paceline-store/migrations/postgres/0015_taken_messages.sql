-- The node that has a message in hand: when it is gone, others need not wait for its time to be over.
ALTER TABLE outbox ADD COLUMN taken_by bigint;
CREATE INDEX outbox_taken ON outbox (taken_by) WHERE taken_by IS NOT NULL;
