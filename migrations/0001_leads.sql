-- Leads, their delivery attempts, their history and their counts.
--
-- The three large tables are partitioned by ranges of the lead's id, so that a lookup by id touches one
-- partition and retention drops whole partitions. There is no default partition: create_lead_partitions
-- keeps spare ones ahead. There are no foreign keys between them: a reference would make dropping a
-- partition scan the others, and every row is written by the statement that writes its lead.

-- Up Migration

CREATE SEQUENCE inbound_lead_id_seq AS bigint;
CREATE SEQUENCE delivery_attempt_id_seq AS bigint;
CREATE SEQUENCE lead_event_id_seq AS bigint;
-- Everything that counts draws a shard to count in (see lead_count).
CREATE SEQUENCE lead_count_shard_seq AS integer MINVALUE 0 MAXVALUE 63 CYCLE;

CREATE TABLE inbound_lead (
  id bigint NOT NULL DEFAULT nextval('inbound_lead_id_seq'),
  received_at timestamptz NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'RECEIVED',
  rejection_reason text,
  raw_payload jsonb NOT NULL,
  source_headers jsonb NOT NULL,
  payload_hash text NOT NULL,
  correlation_id text NOT NULL,
  normalized_payload jsonb,
  customer_payload jsonb,
  omitted_attributes jsonb NOT NULL DEFAULT '[]',
  decided_with jsonb,
  idempotency_key uuid NOT NULL DEFAULT gen_random_uuid(),
  attempt_count integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz DEFAULT now(),
  lease_token uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id),
  CONSTRAINT inbound_lead_status CHECK (
    status IN ('RECEIVED', 'REJECTED', 'READY', 'DELIVERED', 'FAILED', 'PERMANENTLY_FAILED')
  ),
  CONSTRAINT inbound_lead_terminal_is_not_scheduled CHECK (
    status NOT IN ('REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED') OR (next_attempt_at IS NULL AND lease_token IS NULL)
  ),
  CONSTRAINT inbound_lead_reason_when_it_ended_badly CHECK (
    status NOT IN ('REJECTED', 'PERMANENTLY_FAILED') OR rejection_reason IS NOT NULL
  ),
  CONSTRAINT inbound_lead_reason_is_a_code CHECK (rejection_reason ~ '^[A-Z][A-Z0-9_]{0,63}$'),
  CONSTRAINT inbound_lead_payload_is_an_object CHECK (jsonb_typeof(raw_payload) = 'object'),
  CONSTRAINT inbound_lead_attempt_count CHECK (attempt_count >= 0),
  CONSTRAINT inbound_lead_payload_hash CHECK (payload_hash ~ '^[0-9a-f]{64}$')
) PARTITION BY RANGE (id);

COMMENT ON TABLE inbound_lead IS 'One row per lead, from its webhook to its end.';
COMMENT ON COLUMN inbound_lead.raw_payload IS 'The payload as it came; NUL and lone surrogates became U+FFFD.';
COMMENT ON COLUMN inbound_lead.source_headers IS 'The webhook''s HTTP headers, secrets redacted.';
COMMENT ON COLUMN inbound_lead.payload_hash IS 'SHA-256 of the body''s bytes, in hex. Not unique.';
COMMENT ON COLUMN inbound_lead.customer_payload IS 'What the customer is sent: the bytes of this column''s text.';
COMMENT ON COLUMN inbound_lead.decided_with IS 'Versions of the rules, profile, mapping and template that decided.';
COMMENT ON COLUMN inbound_lead.idempotency_key IS 'Sent with every attempt, so that a customer can tell a repetition.';
COMMENT ON COLUMN inbound_lead.next_attempt_at IS
  'When a worker may look at the lead next: at once, at a retry''s time or, while a worker holds it, when its lease ends. Null: never.';
COMMENT ON COLUMN inbound_lead.lease_token IS 'Held by the worker that owns the lead now; null when nobody does.';

-- What a worker looks for. Terminal and parked leads leave it, so it does not grow with the table.
CREATE INDEX inbound_lead_due ON inbound_lead (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- The newest leads of one status, however rare.
CREATE INDEX inbound_lead_status_id ON inbound_lead (status, id);

CREATE TABLE delivery_attempt (
  id bigint NOT NULL DEFAULT nextval('delivery_attempt_id_seq'),
  lead_id bigint NOT NULL,
  attempt_no integer NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  success boolean NOT NULL DEFAULT false,
  outcome_unknown boolean NOT NULL DEFAULT false,
  response_status integer,
  response_body text,
  error_message text,
  fault text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (lead_id, attempt_no),
  CONSTRAINT delivery_attempt_no_from_1 CHECK (attempt_no >= 1),
  CONSTRAINT delivery_attempt_fault CHECK (fault IN ('lead', 'customer', 'ours')),
  CONSTRAINT delivery_attempt_success_has_ended CHECK (NOT success OR (ended_at IS NOT NULL AND NOT outcome_unknown))
) PARTITION BY RANGE (lead_id);

COMMENT ON TABLE delivery_attempt IS 'One row per attempt to deliver, opened before the request leaves.';
COMMENT ON COLUMN delivery_attempt.ended_at IS 'When the outcome was recorded; null while the attempt is open.';
COMMENT ON COLUMN delivery_attempt.outcome_unknown IS 'The worker was lost after it had opened the attempt: nobody saw the answer.';
COMMENT ON COLUMN delivery_attempt.response_status IS 'The HTTP status; null when no answer came.';
COMMENT ON COLUMN delivery_attempt.response_body IS 'The beginning of the answer''s body.';
COMMENT ON COLUMN delivery_attempt.fault IS 'Whose fault a failure was: lead (its data), customer (their API) or ours.';

CREATE TABLE lead_event (
  id bigint NOT NULL DEFAULT nextval('lead_event_id_seq'),
  lead_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  type text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (lead_id, id)
) PARTITION BY RANGE (lead_id);

COMMENT ON TABLE lead_event IS 'What happened to a lead, in order; only ever added to. No personal data.';

CREATE TABLE lead_count (
  shard integer NOT NULL,
  status text NOT NULL,
  leads bigint NOT NULL,
  PRIMARY KEY (shard, status)
) WITH (fillfactor = 50);

COMMENT ON TABLE lead_count IS
  'Leads per status, kept by the statements that change a status. Spread over shards, so that writers seldom wait for each other; the sum counts, a shard alone may be negative.';

-- A lead's life, checked by the database as well: see LeadStatus in packages/lead. The condition is the check,
-- so that a move which is allowed calls no function.
CREATE FUNCTION refuse_lead_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'lead % cannot go from % to %', OLD.id, OLD.status, NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'inbound_lead_transition';
END
$$;

CREATE TRIGGER inbound_lead_transition BEFORE UPDATE OF status ON inbound_lead
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
      ('RECEIVED', 'READY'), ('RECEIVED', 'REJECTED'), ('RECEIVED', 'FAILED'),
      ('READY', 'DELIVERED'), ('READY', 'FAILED'), ('READY', 'PERMANENTLY_FAILED'),
      ('FAILED', 'DELIVERED'), ('FAILED', 'PERMANENTLY_FAILED')
    )
  ) EXECUTE FUNCTION refuse_lead_transition();

-- Makes sure that the partition of the newest lead exists and `spare` further ones; returns how many were made.
-- Building a table and attaching it lets reads and writes of the other partitions go on.
CREATE FUNCTION create_lead_partitions(spare integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  size constant bigint := 1000000;
  newest bigint := (SELECT last_value FROM inbound_lead_id_seq) / size;
  made integer := 0;
  parent record;
  child text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('create_lead_partitions'));
  FOR n IN newest .. newest + spare LOOP
    FOR parent IN SELECT unnest(ARRAY['inbound_lead', 'delivery_attempt', 'lead_event']) AS name LOOP
      child := parent.name || '_p' || lpad(n::text, 6, '0');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent.name);
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        parent.name, child, n * size, (n + 1) * size
      );
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

-- How many whole partitions are ready for leads that have not come yet.
CREATE FUNCTION spare_lead_partitions() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(*)
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'inbound_lead'::regclass
    AND substring(c.relname FROM '_p([0-9]+)$')::bigint > (SELECT last_value FROM inbound_lead_id_seq) / 1000000
$$;

SELECT create_lead_partitions(2);

-- Down Migration

DROP FUNCTION spare_lead_partitions();
DROP FUNCTION create_lead_partitions(integer);
DROP TABLE lead_count, lead_event, delivery_attempt, inbound_lead;
DROP FUNCTION refuse_lead_transition();
DROP SEQUENCE lead_count_shard_seq, lead_event_id_seq, delivery_attempt_id_seq, inbound_lead_id_seq;
