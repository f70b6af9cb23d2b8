-- Which webhooks have come already: a sender's key, or the hash of a body, and the lead that came first with it.
--
-- It expands only: a process that knows 0002 works with it, and stores every webhook as a lead of its own.

-- Up Migration

CREATE TYPE sender_key_kind AS ENUM ('header', 'field', 'signature', 'payload');

CREATE TABLE sender_key (
  tenant_id integer NOT NULL,
  kind sender_key_kind NOT NULL,
  lead_id bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  key_hash bytea NOT NULL,
  payload_hash bytea NOT NULL,
  correlation_id text NOT NULL,
  PRIMARY KEY (tenant_id, kind, key_hash),
  CONSTRAINT sender_key_hash CHECK (length(key_hash) = 32)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2);
COMMENT ON TABLE sender_key IS
  'The webhooks that are answered as duplicates when they come again, until they expire. Rows change only when a key is used again after that.';
COMMENT ON COLUMN sender_key.kind IS
  'Where the key is from: the header Idempotency-Key or webhook-id, the field of IDEMPOTENCY_FIELD, what a signature covers (an id, or the time with the body), or the body itself (DEDUPE_WINDOW).';
COMMENT ON COLUMN sender_key.key_hash IS 'SHA-256 of the key, which itself is not kept: it may be personal data.';
COMMENT ON COLUMN sender_key.lead_id IS 'The lead that came first. Retention may have removed it.';
COMMENT ON COLUMN sender_key.payload_hash IS 'SHA-256 of the first body''s bytes: a key with another body is an error.';
COMMENT ON COLUMN sender_key.correlation_id IS 'Of the first webhook: duplicates get its answer again.';
-- What the worker removes. Never changed by a duplicate.
CREATE INDEX sender_key_expired ON sender_key (expires_at);

-- Down Migration
-- Loses: sender_key

DROP TABLE sender_key;
DROP TYPE sender_key_kind;
