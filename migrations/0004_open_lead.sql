-- Open leads: those that a worker must still look at, their schedule and their owners, in one small table that
-- does not grow with the number of leads ever received.
--
-- A row of open_lead is also its lead's lock. Whoever changes a lead locks that row first, in a statement of its
-- own (and all rows of a batch in the order of their ids); what follows sees the lead as it is then, and nobody
-- changes it meanwhile. So no statement ever has to look again at a changed row of a partitioned table: Postgres
-- 18 damages its memory when it does so after leaving out partitions. That is why these are functions: several
-- statements, one round trip, one transaction.

-- Up Migration

CREATE TABLE open_lead (
  id bigint PRIMARY KEY,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  lease_token uuid,
  is_decided boolean NOT NULL DEFAULT false,
  troubles integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

COMMENT ON TABLE open_lead IS 'Leads that a worker must still look at: neither ended nor parked. A lead''s row is also its lock.';
COMMENT ON COLUMN open_lead.next_attempt_at IS 'From when on a worker may take the lead: at once, or at a retry''s time.';
COMMENT ON COLUMN open_lead.due_at IS
  'From when on workers look for the lead themselves: at next_attempt_at; later while the queue was told of it; at the end of the lease while a worker owns it.';
COMMENT ON COLUMN open_lead.lease_token IS 'Held by the worker that owns the lead now; null when nobody does.';
COMMENT ON COLUMN open_lead.is_decided IS 'Whether the lead waits for its customer alone, and so at the customer''s gate.';
COMMENT ON COLUMN open_lead.troubles IS 'How often a worker gave the lead back for a reason of its own since its last step.';

-- What workers look for: new leads, and leads that wait for their customer.
CREATE INDEX open_lead_undecided ON open_lead (due_at) WHERE NOT is_decided;
CREATE INDEX open_lead_decided ON open_lead (due_at) WHERE is_decided;

INSERT INTO open_lead (id, next_attempt_at, due_at, lease_token, is_decided)
SELECT id, next_attempt_at, next_attempt_at, lease_token, status <> 'RECEIVED'
FROM inbound_lead WHERE next_attempt_at IS NOT NULL;

ALTER TABLE inbound_lead
  DROP CONSTRAINT inbound_lead_terminal_is_not_scheduled,
  DROP COLUMN next_attempt_at,
  DROP COLUMN lease_token,
  ADD COLUMN uncounted_attempts integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT inbound_lead_uncounted_attempts CHECK (uncounted_attempts BETWEEN 0 AND attempt_count);
COMMENT ON COLUMN inbound_lead.uncounted_attempts IS
  'Attempts that the retry budget does not count: those before the last replay, and probes of a customer that was down.';

ALTER TABLE delivery_attempt
  ADD COLUMN idempotency_key uuid,
  ADD COLUMN is_probe boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN delivery_attempt.idempotency_key IS 'What the attempt told the customer to know a repetition by.';
COMMENT ON COLUMN delivery_attempt.is_probe IS 'Made while the customer''s circuit was open, to see whether it is back.';
UPDATE delivery_attempt AS attempt SET idempotency_key = lead.idempotency_key
FROM inbound_lead AS lead WHERE lead.id = attempt.lead_id;
ALTER TABLE delivery_attempt ALTER COLUMN idempotency_key SET NOT NULL;

-- A terminal status is left by a replay alone, which gives the lead a new key. A replayed lead may also turn out to
-- have been delivered before.
DROP TRIGGER inbound_lead_transition ON inbound_lead;
CREATE TRIGGER inbound_lead_transition BEFORE UPDATE OF status ON inbound_lead
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status
    AND (OLD.status, NEW.status) NOT IN (
      ('RECEIVED', 'READY'), ('RECEIVED', 'REJECTED'), ('RECEIVED', 'FAILED'),
      ('READY', 'DELIVERED'), ('READY', 'FAILED'), ('READY', 'PERMANENTLY_FAILED'),
      ('FAILED', 'DELIVERED'), ('FAILED', 'PERMANENTLY_FAILED')
    )
    AND NOT (NEW.status = 'RECEIVED' AND OLD.idempotency_key <> NEW.idempotency_key
      AND OLD.status IN ('REJECTED', 'FAILED', 'PERMANENTLY_FAILED'))
    AND NOT (OLD.status = 'RECEIVED' AND NEW.status = 'DELIVERED' AND OLD.uncounted_attempts > 0)
  ) EXECUTE FUNCTION refuse_lead_transition();

-- Locks leads in the order of their ids. One that is not open gets a row for as long as the transaction lasts,
-- due never; unlock_leads takes it away again. An update of nothing locks all the same; one statement for both
-- kinds keeps the order, also when a lead is opened or closed meanwhile.
CREATE FUNCTION lock_leads(leads bigint[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO open_lead AS open (id, due_at)
  SELECT id, 'infinity' FROM unnest(leads) AS id ORDER BY id
  ON CONFLICT (id) DO UPDATE SET due_at = open.due_at WHERE false
$$;

CREATE FUNCTION unlock_leads(leads bigint[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM open_lead WHERE id = ANY (leads) AND due_at = 'infinity'
$$;

-- A moment as events tell it, in UTC: 2026-01-21T10:35:00.123456Z.
CREATE FUNCTION utc_text(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- Leads whose owner's lease has ended are free again. A lead that has lost its owner, at its third trouble in a row or
-- a later one, may be what ends them: it rests, longer each time (4, 8, 16 … 60 minutes). Returns those that do not rest.
CREATE FUNCTION end_leases(leads bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  resting bigint[];
BEGIN
  WITH ended AS (
    UPDATE open_lead SET lease_token = NULL, troubles = troubles + 1
    WHERE id = ANY (leads) AND lease_token IS NOT NULL RETURNING id, troubles
  )
  SELECT array_agg(id) INTO resting FROM ended WHERE troubles >= 3;
  IF resting IS NULL THEN RETURN leads; END IF;
  UPDATE open_lead SET
    next_attempt_at = now() + make_interval(secs => least(30 * 2 ^ least(troubles, 7), 3600)),
    due_at = now() + make_interval(secs => least(30 * 2 ^ least(troubles, 7), 3600))
  WHERE id = ANY (resting);
  INSERT INTO lead_event (lead_id, type, details)
  SELECT id, 'set_aside', jsonb_build_object(
    'because', 'its worker was lost, the trouble no. ' || troubles || ' in a row', 'next_attempt_at', utc_text(next_attempt_at)
  )
  FROM open_lead WHERE id = ANY (resting) ORDER BY id;
  RETURN ARRAY (SELECT lead FROM unnest(leads) AS lead WHERE lead <> ALL (resting));
END
$$;

-- Counts moves of leads from status to status, in a shard of the caller's.
CREATE FUNCTION count_moves(shard integer, old_statuses text[], new_statuses text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lead_count AS c (shard, status, leads)
  SELECT count_moves.shard, status, sum(change) FROM (
    SELECT old_status AS status, -1 AS change
    FROM unnest(old_statuses, new_statuses) AS move (old_status, new_status) WHERE old_status <> new_status
    UNION ALL
    SELECT new_status, 1
    FROM unnest(old_statuses, new_statuses) AS move (old_status, new_status) WHERE old_status <> new_status
  ) AS changes GROUP BY status ORDER BY status
  ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads
$$;

-- Down Migration

DROP FUNCTION count_moves(integer, text[], text[]);
DROP FUNCTION end_leases(bigint[]);
DROP FUNCTION utc_text(timestamptz);
DROP FUNCTION unlock_leads(bigint[]);
DROP FUNCTION lock_leads(bigint[]);

DROP TRIGGER inbound_lead_transition ON inbound_lead;
CREATE TRIGGER inbound_lead_transition BEFORE UPDATE OF status ON inbound_lead
  FOR EACH ROW WHEN (
    OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
      ('RECEIVED', 'READY'), ('RECEIVED', 'REJECTED'), ('RECEIVED', 'FAILED'),
      ('READY', 'DELIVERED'), ('READY', 'FAILED'), ('READY', 'PERMANENTLY_FAILED'),
      ('FAILED', 'DELIVERED'), ('FAILED', 'PERMANENTLY_FAILED')
    )
  ) EXECUTE FUNCTION refuse_lead_transition();

ALTER TABLE delivery_attempt DROP COLUMN idempotency_key, DROP COLUMN is_probe;
ALTER TABLE inbound_lead
  DROP COLUMN uncounted_attempts,
  ADD COLUMN next_attempt_at timestamptz DEFAULT now(),
  ADD COLUMN lease_token uuid;
UPDATE inbound_lead SET next_attempt_at = NULL
WHERE NOT EXISTS (SELECT FROM open_lead WHERE open_lead.id = inbound_lead.id);
UPDATE inbound_lead AS lead SET next_attempt_at = open.due_at, lease_token = open.lease_token
FROM open_lead AS open WHERE open.id = lead.id;
ALTER TABLE inbound_lead ADD CONSTRAINT inbound_lead_terminal_is_not_scheduled CHECK (
  status NOT IN ('REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED') OR (next_attempt_at IS NULL AND lease_token IS NULL)
);
CREATE INDEX inbound_lead_due ON inbound_lead (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
DROP TABLE open_lead;
