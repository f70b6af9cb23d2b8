-- A count of every lead that was ever received, kept apart from the counts by status, so that the two can be
-- compared: received = received + rejected + ready + delivered + failed + permanently failed.

-- Up Migration

CREATE TABLE lead_received_count (
  shard integer PRIMARY KEY,
  leads bigint NOT NULL
) WITH (fillfactor = 50);

COMMENT ON TABLE lead_received_count IS
  'Leads ever received; only ever grows. Spread over shards as lead_count is: the sum counts.';

INSERT INTO lead_received_count (shard, leads) SELECT shard, sum(leads) FROM lead_count GROUP BY shard;

-- Down Migration

DROP TABLE lead_received_count;
