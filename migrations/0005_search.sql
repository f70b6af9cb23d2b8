-- Finding leads: by e-mail and phone, by correlation id, by reason. And the changes that live listeners are sent.
--
-- It expands only: a process that knows 0002 works with it. Each statement bears repeating, and none but those that make
-- an index reads a large table; intake goes on meanwhile. The index of correlation ids is made for partitions to come:
-- a worker makes those of the partitions that are there, one by one (packages/lead-store/src/PartitionIndexes.ts).
--
-- No transaction

-- Up Migration

CREATE TABLE IF NOT EXISTS lead_contact (
  tenant_id integer NOT NULL,
  hash uuid NOT NULL,
  lead_id bigint NOT NULL
) PARTITION BY RANGE (lead_id);

COMMENT ON TABLE lead_contact IS
  'Which leads have an e-mail address or a phone number, by its keyed hash: the first 16 bytes of HMAC-SHA-256 with SEARCH_KEY. Goes with the lead.';

CREATE INDEX IF NOT EXISTS lead_contact_hash ON lead_contact (hash, lead_id);

-- A partition beside each one of lead.
DO $$ BEGIN EXECUTE (
  SELECT coalesce(string_agg(format('CREATE TABLE IF NOT EXISTS lead_contact_p%s PARTITION OF lead_contact FOR VALUES FROM (%s) TO (%s)',
    n, n::bigint * 1000000, (n::bigint + 1) * 1000000), '; '), 'SELECT 1')
  FROM (SELECT substring(inhrelid::regclass::text FROM '_p([0-9]{6})$') AS n FROM pg_inherits WHERE inhparent = 'lead'::regclass) AS part
  WHERE n IS NOT NULL
) ; END $$;

CREATE TABLE IF NOT EXISTS search_key (
  fingerprint bytea PRIMARY KEY,
  key bytea,
  first_used_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX IF NOT EXISTS search_key_made_once ON search_key ((true)) WHERE key IS NOT NULL;

COMMENT ON TABLE search_key IS 'The keys that hashes in lead_contact were made with.';

COMMENT ON COLUMN search_key.key IS 'The key itself, where SEARCH_KEY was not set when leads were first hashed; null of a key that was.';

CREATE SEQUENCE IF NOT EXISTS lead_change_seq AS bigint;

-- Unlogged: it is read for minutes, by listeners alone, and a crash of Postgres loses nothing else.
CREATE UNLOGGED TABLE IF NOT EXISTS lead_change (
  seq bigint PRIMARY KEY DEFAULT nextval('lead_change_seq'),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state lead_state NOT NULL,
  lead_ids bigint[] NOT NULL
);

COMMENT ON TABLE lead_change IS
  'Changes of leads'' states in the last minutes, a row for each statement and state; written only while somebody listens to GET /api/v1/events.';

CREATE TABLE IF NOT EXISTS lead_listener (
  id smallint PRIMARY KEY CHECK (id = 1),
  listens_until timestamptz NOT NULL
) WITH (fillfactor = 10);

COMMENT ON TABLE lead_listener IS 'Until when changes are written to lead_change: an api with listeners prolongs it.';

INSERT INTO lead_listener (id, listens_until) VALUES (1, '-infinity') ON CONFLICT DO NOTHING;

-- Of a hash: half as large as of the text, and written in half the time.
CREATE INDEX IF NOT EXISTS lead_correlation ON ONLY lead (hashtextextended(correlation_id, 0), id);

DROP INDEX CONCURRENTLY IF EXISTS settled_lead_reason;

CREATE INDEX CONCURRENTLY settled_lead_reason ON settled_lead (tenant_id, state, reason, lead_id) WHERE reason IS NOT NULL;

-- Down Migration
-- Loses: lead_contact, search_key, lead_change, lead_listener beyond 1

DROP INDEX CONCURRENTLY IF EXISTS settled_lead_reason;

DROP INDEX IF EXISTS lead_correlation;

DROP TABLE IF EXISTS lead_listener;

DROP TABLE IF EXISTS lead_change;

DROP SEQUENCE IF EXISTS lead_change_seq;

DROP TABLE IF EXISTS search_key;

DROP TABLE IF EXISTS lead_contact;
