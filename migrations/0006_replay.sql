-- Replay: an operator's way to send leads again that ended badly or are parked.

-- Up Migration

CREATE TABLE replay_request (
  id text PRIMARY KEY,
  criteria jsonb NOT NULL CHECK (criteria <> '{}'),
  requested_at timestamptz NOT NULL DEFAULT now(),
  up_to_id bigint NOT NULL,
  after_id bigint NOT NULL DEFAULT 0,
  replayed bigint NOT NULL DEFAULT 0,
  completed_at timestamptz
);

COMMENT ON TABLE replay_request IS 'What operators asked to be sent again. A request is carried out once, however often it is made.';
COMMENT ON COLUMN replay_request.id IS 'The operator''s own name for the request.';
COMMENT ON COLUMN replay_request.up_to_id IS 'The newest lead when the request was made: later ones are not part of it.';
COMMENT ON COLUMN replay_request.after_id IS 'How far it has come: leads up to this id are done.';

-- Begins a request, or finds it as it stands. Fails when its id was used for other criteria.
CREATE FUNCTION begin_replay(request text, wanted jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO replay_request (id, criteria, up_to_id)
  VALUES (request, wanted, (SELECT last_value FROM inbound_lead_id_seq)) ON CONFLICT DO NOTHING;
  PERFORM FROM replay_request WHERE id = request AND criteria = wanted;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'replay request % was made before, with other criteria', request
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'replay_request_criteria';
  END IF;
END
$$;

-- Whether a request asks for leads like this one. Criteria, each of which may be missing: ids (not looked at here),
-- statuses, reasons (lists), received_from, received_before.
CREATE FUNCTION replay_wants(criteria jsonb, status text, reason text, received_at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT status IN ('REJECTED', 'FAILED', 'PERMANENTLY_FAILED')
    AND (NOT criteria ? 'statuses' OR criteria -> 'statuses' ? status)
    AND (NOT criteria ? 'reasons' OR criteria -> 'reasons' ? reason)
    AND (NOT criteria ? 'received_from' OR received_at >= (criteria ->> 'received_from')::timestamptz)
    AND (NOT criteria ? 'received_before' OR received_at < (criteria ->> 'received_before')::timestamptz)
$$;

-- Carries a request on by at most so many leads, in the order of their ids, and by at most 100,000 ids, so that no
-- call takes long however rare the leads are that it looks for. Each goes back to RECEIVED and is decided anew:
-- attempt numbers go on, the retry budget starts again, and so does the idempotency key, since the old one may
-- answer the old refusal. Returns the leads, how many the request has replayed in all, and whether that is its end.
CREATE FUNCTION replay_leads(
  request text, most integer, shard integer, OUT leads bigint[], OUT replayed bigint, OUT is_complete boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  asked replay_request;
  candidates bigint[];
  reached bigint;
  low bigint;
  high bigint;
BEGIN
  SELECT * INTO STRICT asked FROM replay_request WHERE id = request FOR UPDATE;
  leads := '{}';
  replayed := asked.replayed;
  is_complete := true;
  IF asked.completed_at IS NOT NULL THEN RETURN; END IF;

  IF asked.criteria ? 'ids' THEN
    reached := asked.up_to_id;
    candidates := ARRAY (
      SELECT DISTINCT id::bigint FROM jsonb_array_elements_text(asked.criteria -> 'ids') AS id
      WHERE id::bigint > asked.after_id AND id::bigint <= reached ORDER BY 1 LIMIT most
    );
  ELSE
    reached := least(asked.up_to_id, asked.after_id + 100000);
    candidates := ARRAY (
      SELECT lead.id FROM inbound_lead AS lead
      WHERE lead.id > asked.after_id AND lead.id <= reached
        AND lead.status IN ('REJECTED', 'FAILED', 'PERMANENTLY_FAILED')
        AND replay_wants(asked.criteria, lead.status, lead.rejection_reason, lead.received_at)
        -- Not an EXISTS: Postgres may answer that by reading every open lead.
        AND (lead.status <> 'FAILED' OR (SELECT open.id FROM open_lead AS open WHERE open.id = lead.id) IS NULL)
      ORDER BY lead.id LIMIT most
    );
  END IF;
  IF cardinality(candidates) = most THEN reached := candidates[most]; END IF;
  is_complete := reached >= asked.up_to_id;
  low := candidates[1];
  high := candidates[cardinality(candidates)];
  PERFORM lock_leads(candidates);

  -- What has changed before it was locked is looked at again; a lead that was open already is not touched.
  WITH chosen AS MATERIALIZED (
    SELECT lead.id, lead.status AS old_status, lead.rejection_reason AS old_reason
    FROM inbound_lead AS lead JOIN open_lead AS open ON open.id = lead.id
    WHERE lead.id = ANY (candidates) AND lead.id BETWEEN low AND high AND open.id = ANY (candidates)
      AND open.due_at = 'infinity'
      AND replay_wants(asked.criteria, lead.status, lead.rejection_reason, lead.received_at)
  ), moved AS (
    UPDATE inbound_lead AS lead SET
      status = 'RECEIVED', rejection_reason = NULL, idempotency_key = gen_random_uuid(),
      uncounted_attempts = lead.attempt_count, updated_at = now()
    FROM chosen WHERE lead.id = chosen.id AND lead.id = ANY (candidates) AND lead.id BETWEEN low AND high
    RETURNING lead.id
  ), opened AS (
    UPDATE open_lead AS open SET next_attempt_at = now(), due_at = now() FROM moved WHERE open.id = moved.id
  ), told AS (
    INSERT INTO lead_event (lead_id, type, details)
    SELECT id, 'replayed', jsonb_strip_nulls(jsonb_build_object(
      'request', request, 'from', old_status, 'reason', old_reason
    ))
    FROM chosen ORDER BY id
  ), counted AS (
    SELECT count_moves(shard, array_agg(old_status), array_agg('RECEIVED'::text)) FROM chosen
  )
  SELECT coalesce(array_agg(moved.id ORDER BY moved.id), '{}') INTO leads FROM moved, counted;
  PERFORM unlock_leads(candidates);
  replayed := asked.replayed + cardinality(leads);
  UPDATE replay_request AS r SET
    replayed = replay_leads.replayed,
    after_id = reached,
    completed_at = CASE WHEN is_complete THEN now() END
  WHERE r.id = request;
END
$$;

-- Down Migration

DROP FUNCTION replay_leads(text, integer, integer);
DROP FUNCTION replay_wants(jsonb, text, text, timestamptz);
DROP FUNCTION begin_replay(text, jsonb);
DROP TABLE replay_request;
