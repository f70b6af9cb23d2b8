-- Replay: an operator's way to send leads again that ended badly or are parked.

-- Up Migration

CREATE TABLE replay_request (
  id text PRIMARY KEY,
  criteria jsonb NOT NULL,
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

-- Carries a request on by at most so many leads, in the order of their ids. Each goes back to RECEIVED and is
-- decided anew: attempt numbers go on, the retry budget starts again, and so does the idempotency key, since the old
-- one may answer the old refusal. Returns how many it has replayed in all, and whether that is the end of it.
--
-- Criteria, each of which may be missing: ids, statuses, reasons (lists), received_from, received_before.
CREATE FUNCTION replay_leads(request text, most integer, shard integer, OUT replayed bigint, OUT is_complete boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  asked replay_request;
  wanted_ids bigint[];
  leads bigint[];
  low bigint;
  high bigint;
BEGIN
  SELECT * INTO STRICT asked FROM replay_request WHERE id = request FOR UPDATE;
  IF asked.completed_at IS NOT NULL THEN
    replayed := asked.replayed;
    is_complete := true;
    RETURN;
  END IF;
  wanted_ids := CASE WHEN asked.criteria ? 'ids'
    THEN ARRAY (SELECT value::bigint FROM jsonb_array_elements_text(asked.criteria -> 'ids')) END;
  -- Candidates: one that has changed by the time it is locked is passed over.
  leads := ARRAY (
    SELECT lead.id FROM inbound_lead AS lead
    WHERE lead.id > asked.after_id AND lead.id <= asked.up_to_id
      AND (wanted_ids IS NULL OR lead.id = ANY (wanted_ids))
      AND lead.status IN ('REJECTED', 'FAILED', 'PERMANENTLY_FAILED')
      AND (lead.status <> 'FAILED' OR NOT EXISTS (SELECT FROM open_lead AS open WHERE open.id = lead.id))
      AND (NOT asked.criteria ? 'statuses' OR asked.criteria -> 'statuses' ? lead.status)
      AND (NOT asked.criteria ? 'reasons' OR asked.criteria -> 'reasons' ? lead.rejection_reason)
      AND (NOT asked.criteria ? 'received_from'
        OR lead.received_at >= (asked.criteria ->> 'received_from')::timestamptz)
      AND (NOT asked.criteria ? 'received_before'
        OR lead.received_at < (asked.criteria ->> 'received_before')::timestamptz)
    ORDER BY lead.id LIMIT most
  );
  is_complete := cardinality(leads) < most;
  PERFORM lock_leads(leads);
  low := (SELECT min(lead) FROM unnest(leads) AS lead);
  high := (SELECT max(lead) FROM unnest(leads) AS lead);

  WITH chosen AS MATERIALIZED (
    SELECT lead.id, lead.status AS old_status, lead.rejection_reason AS old_reason
    FROM inbound_lead AS lead JOIN open_lead AS open ON open.id = lead.id
    WHERE lead.id = ANY (leads) AND lead.id BETWEEN low AND high AND open.due_at = 'infinity'
      AND lead.status IN ('REJECTED', 'FAILED', 'PERMANENTLY_FAILED')
  ), moved AS (
    UPDATE inbound_lead AS lead SET
      status = 'RECEIVED', rejection_reason = NULL, idempotency_key = gen_random_uuid(),
      attempts_before = lead.attempt_count, updated_at = now()
    FROM chosen WHERE lead.id = chosen.id AND lead.id = ANY (leads) AND lead.id BETWEEN low AND high
    RETURNING lead.id
  ), opened AS (
    UPDATE open_lead AS open SET next_attempt_at = now(), due_at = now() FROM moved WHERE open.id = moved.id
  ), told AS (
    INSERT INTO lead_event (lead_id, type, details)
    SELECT id, 'replayed', jsonb_strip_nulls(jsonb_build_object(
      'request', request, 'from', old_status, 'reason', old_reason
    ))
    FROM chosen ORDER BY id
  )
  SELECT count(*) + asked.replayed INTO replayed
  FROM moved, (
    SELECT count_moves(shard, array_agg(old_status), array_agg('RECEIVED'::text)) FROM chosen
  ) AS counted;
  PERFORM unlock_leads(leads);
  UPDATE replay_request AS r SET
    replayed = replay_leads.replayed,
    after_id = coalesce(high, after_id),
    completed_at = CASE WHEN is_complete THEN now() END
  WHERE r.id = request;
END
$$;

-- Down Migration

DROP FUNCTION replay_leads(text, integer, integer);
DROP FUNCTION begin_replay(text, jsonb);
DROP TABLE replay_request;
