-- What happened to leads, by time: how many came into which state in each minute, hour and day, and how long deliveries
-- took. Why it is counted when it happens: docs/decisions/0035.
--
-- It expands only: a process that knows an earlier schema does not count. On a database that has leads, counting therefore
-- begins a quarter of an hour after this migration, when processes of the release before have ended; what was before
-- is counted from the leads' rows by a worker, in small steps.

-- Up Migration

CREATE TABLE timeline_entry (
  at timestamptz NOT NULL,
  tenant_id integer NOT NULL,
  was lead_state NOT NULL,
  became lead_state NOT NULL,
  leads integer NOT NULL,
  latencies smallint[]
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1);
COMMENT ON TABLE timeline_entry IS
  'What the timeline does not have yet: a row or a few for each statement that changed leads'' states. A worker adds them up every two seconds.';
COMMENT ON COLUMN timeline_entry.at IS 'The beginning of the minute.';
COMMENT ON COLUMN timeline_entry.was IS 'The state before. A lead that was received has RECEIVED in both.';
COMMENT ON COLUMN timeline_entry.latencies IS
  'Of deliveries: for each, the bucket of the time since the lead was received. Bucket n holds milliseconds up to 1.1 ^ n.';

CREATE TABLE timeline (
  tenant_id integer NOT NULL,
  bucket text NOT NULL,
  at timestamptz NOT NULL,
  received bigint NOT NULL,
  rejected bigint NOT NULL,
  parked bigint NOT NULL,
  retried bigint NOT NULL,
  delivered bigint NOT NULL,
  permanently_failed bigint NOT NULL,
  replayed bigint NOT NULL,
  left_rejected bigint NOT NULL,
  left_parked bigint NOT NULL,
  left_retrying bigint NOT NULL,
  left_delivered bigint NOT NULL,
  left_permanently_failed bigint NOT NULL,
  latencies smallint[] NOT NULL,
  latency_leads integer[] NOT NULL,
  p50 smallint,
  p95 smallint,
  PRIMARY KEY (tenant_id, bucket, at),
  CONSTRAINT timeline_bucket CHECK (bucket IN ('minute', 'hour', 'day')),
  CONSTRAINT timeline_latencies CHECK (cardinality(latencies) = cardinality(latency_leads))
) WITH (fillfactor = 70);
COMMENT ON TABLE timeline IS
  'What happened to leads, by minutes, hours and days in UTC: how many came into a state, and how many left one. It outlives the leads; minutes are kept for 90 days.';
COMMENT ON COLUMN timeline.retried IS 'Attempts that failed and after which another was scheduled: leads that became RETRYING, also from RETRYING.';
COMMENT ON COLUMN timeline.left_parked IS 'With parked, how many are parked: the sum of parked less the sum of left_parked. So of the other states.';
COMMENT ON COLUMN timeline.latencies IS
  'Of deliveries: the buckets of the times since the lead was received that occur, and in latency_leads how often. Bucket n holds milliseconds up to 1.1 ^ n.';

COMMENT ON COLUMN timeline.p50 IS 'The bucket that half of the latencies do not exceed, so that readers need not add them up.';

CREATE TABLE timeline_start (
  id smallint PRIMARY KEY CHECK (id = 1),
  counts_from timestamptz NOT NULL,
  fill_below bigint
);
COMMENT ON TABLE timeline_start IS 'Since when statements count for the timeline, and how far it is filled from the rows of leads before that.';
COMMENT ON COLUMN timeline_start.counts_from IS 'A full minute; -infinity if there were no leads before. Entries of before do not count.';
COMMENT ON COLUMN timeline_start.fill_below IS 'Leads below this id are still to be counted; null before the first step.';

INSERT INTO timeline_start (id, counts_from)
SELECT 1, CASE WHEN EXISTS (SELECT FROM lead) OR EXISTS (SELECT FROM sealed_count)
  THEN date_trunc('minute', now(), 'UTC') + interval '15 minutes' ELSE '-infinity' END;

-- Down Migration
-- Loses: timeline_entry, timeline, timeline_start beyond 1

DROP TABLE timeline_start;
DROP TABLE timeline;
DROP TABLE timeline_entry;
