-- What workers do to leads: take, decide and open, record, give back. See LeadWork in packages/lead-store.

-- Up Migration

-- Locks and returns leads that are due, longest due first: at most so many, of which at most `sends` wait for their
-- customer. Leads that somebody else is taking at this moment are passed over.
CREATE FUNCTION lock_due_leads(most integer, sends integer) RETURNS bigint[] LANGUAGE sql AS $$
  WITH undecided AS MATERIALIZED (
    SELECT id, due_at FROM open_lead WHERE NOT is_decided AND due_at <= now()
    ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED
  ), decided AS MATERIALIZED (
    SELECT id, due_at FROM open_lead WHERE is_decided AND due_at <= now()
    ORDER BY due_at LIMIT least(most, sends) FOR UPDATE SKIP LOCKED
  )
  SELECT ARRAY (
    SELECT id FROM (TABLE undecided UNION ALL TABLE decided) AS due ORDER BY due_at LIMIT most
  )
$$;

-- Takes leads for a worker, as long as a lease lasts: those of `hinted` that may be taken now, or what is due.
CREATE FUNCTION claim_leads(hinted bigint[], most integer, lease_seconds float8, policy jsonb)
RETURNS TABLE (
  id bigint, lease_token uuid, status text, correlation_id text, idempotency_key uuid, traceparent text,
  attempt_count integer, uncounted_attempts integer, attempt_is_open boolean, attempt_is_probe boolean,
  troubles integer, payload text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  sends integer := (SELECT permits FROM peek_permits(policy));
  taken bigint[];
  low bigint;
  high bigint;
BEGIN
  IF hinted IS NULL THEN
    taken := lock_due_leads(most, sends);
  ELSE
    taken := ARRAY (
      SELECT open.id FROM open_lead AS open
      WHERE open.id = ANY (hinted) AND (NOT open.is_decided OR sends > 0)
        AND (open.due_at <= now() OR (open.lease_token IS NULL AND open.next_attempt_at <= now()))
      ORDER BY open.id LIMIT most FOR UPDATE SKIP LOCKED
    );
  END IF;
  taken := end_leases(taken);
  UPDATE open_lead AS open SET
    lease_token = gen_random_uuid(), due_at = now() + make_interval(secs => lease_seconds)
  WHERE open.id = ANY (taken);
  low := (SELECT min(lead) FROM unnest(taken) AS lead);
  high := (SELECT max(lead) FROM unnest(taken) AS lead);
  RETURN QUERY
  SELECT lead.id, open.lease_token, lead.status, lead.correlation_id, lead.idempotency_key,
    lead.source_headers ->> 'traceparent', lead.attempt_count, lead.uncounted_attempts,
    attempt.is_open IS TRUE, attempt.is_probe IS TRUE, open.troubles,
    CASE WHEN lead.status = 'RECEIVED' THEN lead.raw_payload::text END
  FROM inbound_lead AS lead
  JOIN open_lead AS open ON open.id = lead.id
  LEFT JOIN LATERAL (
    SELECT a.ended_at IS NULL AS is_open, a.is_probe FROM delivery_attempt AS a
    WHERE a.lead_id = lead.id AND a.attempt_no = lead.attempt_count
  ) AS attempt ON true
  WHERE lead.id = ANY (taken) AND lead.id BETWEEN low AND high AND open.id = ANY (taken);
END
$$;

-- Frees leads that are due, for the queue to be told of them: nobody looks for them again for so long.
CREATE FUNCTION offer_leads(most integer, patience_seconds float8, policy jsonb)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  due bigint[] := lock_due_leads(most, (SELECT permits FROM peek_permits(policy)));
BEGIN
  due := end_leases(due);
  UPDATE open_lead SET due_at = now() + make_interval(secs => patience_seconds) WHERE id = ANY (due);
  RETURN due;
END
$$;

-- Stores decisions and opens attempts, as far as the customer's gate lets them through: what it holds back has its
-- decision stored and is due again. A lead whose lease was lost, that is decided already or whose last attempt is
-- open is left alone. Returns the ordinal of each step that was done, with the attempt if one was opened.
CREATE FUNCTION proceed_leads(leads bigint[], steps json, shard integer, policy jsonb)
RETURNS TABLE (ord integer, attempt_no integer, body text, is_probe boolean, is_held_back boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  low constant bigint := (SELECT min(lead) FROM unnest(leads) AS lead);
  high constant bigint := (SELECT max(lead) FROM unnest(leads) AS lead);
BEGIN
  PERFORM FROM open_lead AS open WHERE open.id = ANY (leads) ORDER BY open.id FOR UPDATE;
  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset(steps) AS (
      id bigint, lease uuid, status text, reason text, normalized jsonb, customer jsonb, omitted jsonb,
      details jsonb, decided_with jsonb
    )) WITH ORDINALITY
  ), owned AS MATERIALIZED (
    SELECT input.*, lead.status AS old_status, coalesce(input.status, lead.status) IN ('READY', 'FAILED')
      AND coalesce(input.status, 'READY') = 'READY' AS wants
    FROM input
    JOIN open_lead AS open ON open.id = input.id AND open.lease_token = input.lease
    JOIN inbound_lead AS lead ON lead.id = input.id
    WHERE lead.id = ANY (leads) AND lead.id BETWEEN low AND high AND open.id = ANY (leads)
      AND CASE WHEN lead.status = 'RECEIVED' THEN input.status IS NOT NULL
        ELSE input.status IS NULL AND NOT coalesce((
          SELECT attempt.ended_at IS NULL FROM delivery_attempt AS attempt
          WHERE attempt.lead_id = lead.id AND attempt.attempt_no = lead.attempt_count
        ), false) END
  ), permit AS MATERIALIZED (
    SELECT taken, is_probe, circuit FROM take_permits(policy, ARRAY (SELECT id FROM owned WHERE wants ORDER BY id))
  ), step AS MATERIALIZED (
    SELECT owned.*,
      wants AND row_number() OVER (PARTITION BY wants ORDER BY id) <= (SELECT taken FROM permit) AS opens
    FROM owned
  ), moved AS (
    UPDATE inbound_lead AS lead SET
      status = coalesce(step.status, lead.status),
      rejection_reason = CASE WHEN step.status IS NULL THEN lead.rejection_reason ELSE step.reason END,
      normalized_payload = CASE WHEN step.status IS NULL THEN lead.normalized_payload ELSE step.normalized END,
      customer_payload = CASE WHEN step.status IS NULL THEN lead.customer_payload ELSE step.customer END,
      omitted_attributes =
        CASE WHEN step.status IS NULL THEN lead.omitted_attributes ELSE coalesce(step.omitted, '[]') END,
      decided_with = coalesce(step.decided_with, lead.decided_with),
      attempt_count = lead.attempt_count + step.opens::integer,
      updated_at = now()
    FROM step
    WHERE lead.id = step.id AND lead.id = ANY (leads) AND lead.id BETWEEN low AND high
      AND (step.status IS NOT NULL OR step.opens)
    RETURNING lead.id, lead.status, lead.attempt_count, lead.idempotency_key, lead.customer_payload
  ), opened AS (
    INSERT INTO delivery_attempt (lead_id, attempt_no, requested_at, idempotency_key, is_probe)
    SELECT id, attempt_count, clock_timestamp(), idempotency_key, permit.is_probe
    FROM moved JOIN step USING (id), permit WHERE opens
  ), told AS (
    INSERT INTO lead_event (lead_id, type, details)
    SELECT id, type, details FROM (
      SELECT id, 1 AS place, CASE status WHEN 'FAILED' THEN 'parked' ELSE lower(status) END AS type,
        coalesce(details, '{}') AS details
      FROM step WHERE status IS NOT NULL
      UNION ALL
      SELECT id, 2, 'attempt_opened', jsonb_strip_nulls(jsonb_build_object(
        'attempt_no', moved.attempt_count, 'probe', nullif(permit.is_probe, false)
      ))
      FROM moved JOIN step USING (id), permit WHERE opens
      UNION ALL
      -- Told once: a lead that waits at the gate for a retry has told when it wanted to go.
      SELECT id, 2, 'held_back', jsonb_build_object('circuit', permit.circuit)
      FROM step, permit WHERE wants AND NOT opens AND status IS NOT NULL
    ) AS told ORDER BY id, place
  ), closed AS (
    -- Rejected or parked: nobody needs to look at it again.
    DELETE FROM open_lead AS open USING step WHERE open.id = step.id AND NOT step.wants
  ), held_back AS (
    UPDATE open_lead AS open SET
      lease_token = NULL, is_decided = true, due_at = open.next_attempt_at, troubles = 0
    FROM step WHERE open.id = step.id AND step.wants AND NOT step.opens
  ), counted AS (
    SELECT count_moves(shard, array_agg(step.old_status), array_agg(moved.status)) FROM moved JOIN step USING (id)
  )
  SELECT step.ordinality::integer, CASE WHEN opens THEN moved.attempt_count END,
    CASE WHEN opens THEN moved.customer_payload::text END, permit.is_probe, wants AND NOT opens
  FROM step LEFT JOIN moved USING (id), counted, permit;
END
$$;

-- Records how attempts ended; the attempt and its lead move together. An attempt takes the first known outcome;
-- "unknown" only while nothing is known, and only from the lead's owner. A lead that has not ended moves with its
-- newest attempt, and with a success of any: the customer has it then. Returns the ordinals of what moved a lead.
CREATE FUNCTION record_outcomes(leads bigint[], outcomes json, shard integer, policy jsonb)
RETURNS SETOF integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  low constant bigint := (SELECT min(lead) FROM unnest(leads) AS lead);
  high constant bigint := (SELECT max(lead) FROM unnest(leads) AS lead);
  moment timestamptz;
BEGIN
  PERFORM lock_leads(leads);
  moment := clock_timestamp();
  -- Everybody locks leads before gates, and gates before counts.
  PERFORM note_outcomes(policy,
    coalesce(array_agg(id) FILTER (WHERE health = 'took'), '{}'),
    coalesce(array_agg(id) FILTER (WHERE health = 'answered'), '{}'),
    coalesce(array_agg(id) FILTER (WHERE health = 'down'), '{}'),
    coalesce(array_agg(id) FILTER (WHERE health = 'unclear'), '{}'))
  FROM json_to_recordset(outcomes) AS (id bigint, health text);
  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset(outcomes) AS (
      id bigint, lease uuid, attempt_no integer, success boolean, unknown boolean, response_status integer,
      response_body text, error_message text, fault text, health text, status text, reason text, retry_after float8
    )) WITH ORDINALITY
  ), known AS MATERIALIZED (
    SELECT input.*, lead.status AS old_status, attempt.outcome_unknown AS was_unknown,
      CASE WHEN input.success THEN lead.status IN ('READY', 'FAILED') OR (lead.status = 'RECEIVED' AND lead.uncounted_attempts > 0)
        ELSE lead.status IN ('READY', 'FAILED') AND lead.attempt_count = input.attempt_no
          -- Not one from before a replay, which has given the lead a new key.
          AND lead.idempotency_key = attempt.idempotency_key END AS moves
    FROM input
    JOIN inbound_lead AS lead ON lead.id = input.id
    JOIN open_lead AS open ON open.id = input.id
    JOIN delivery_attempt AS attempt ON attempt.lead_id = input.id AND attempt.attempt_no = input.attempt_no
    WHERE lead.id = ANY (leads) AND lead.id BETWEEN low AND high AND open.id = ANY (leads)
      AND attempt.lead_id = ANY (leads) AND attempt.lead_id BETWEEN low AND high
      AND (NOT input.unknown OR open.lease_token = input.lease)
  ), ended AS (
    UPDATE delivery_attempt AS attempt SET
      ended_at = moment, success = known.success, outcome_unknown = known.unknown,
      response_status = known.response_status, response_body = known.response_body,
      error_message = known.error_message, fault = known.fault
    FROM known
    WHERE attempt.lead_id = known.id AND attempt.attempt_no = known.attempt_no
      AND attempt.lead_id = ANY (leads) AND attempt.lead_id BETWEEN low AND high
      AND (attempt.ended_at IS NULL OR (attempt.outcome_unknown AND NOT known.unknown))
    RETURNING known.*, attempt.ended_at, attempt.is_probe
  ), moved AS (
    UPDATE inbound_lead AS lead SET
      status = ended.status, rejection_reason = ended.reason, updated_at = now(),
      -- A probe that found nobody costs its lead nothing; while its outcome was unknown it was taken for such a one.
      uncounted_attempts = lead.uncounted_attempts + CASE WHEN ended.is_probe
        THEN (ended.health IN ('down', 'unclear'))::integer - ended.was_unknown::integer ELSE 0 END
    FROM ended
    WHERE lead.id = ended.id AND ended.moves AND lead.id = ANY (leads) AND lead.id BETWEEN low AND high
    RETURNING lead.id, lead.status
  ), scheduled AS (
    UPDATE open_lead AS open SET
      next_attempt_at = ended.ended_at + make_interval(secs => ended.retry_after),
      due_at = ended.ended_at + make_interval(secs => ended.retry_after),
      lease_token = NULL, is_decided = true, troubles = 0
    FROM ended WHERE open.id = ended.id AND ended.moves AND ended.retry_after IS NOT NULL
    RETURNING open.id, open.next_attempt_at
  ), closed AS (
    DELETE FROM open_lead AS open USING ended
    WHERE open.id = ended.id AND ended.moves AND ended.retry_after IS NULL
  ), told AS (
    INSERT INTO lead_event (lead_id, at, type, details)
    SELECT id, moment, type, details FROM (
      SELECT id, 1 AS place,
        CASE WHEN unknown THEN 'attempt_outcome_unknown'
          WHEN success THEN 'attempt_succeeded' ELSE 'attempt_failed' END AS type,
        jsonb_strip_nulls(jsonb_build_object(
          'attempt_no', attempt_no, 'status_code', response_status, 'fault', fault
        )) AS details
      FROM ended
      UNION ALL
      SELECT ended.id, 2, CASE ended.status WHEN 'FAILED' THEN 'retry_scheduled' ELSE lower(ended.status) END,
        jsonb_strip_nulls(jsonb_build_object(
          'reason', ended.reason, 'next_attempt_at', utc_text(scheduled.next_attempt_at)
        ))
      FROM ended LEFT JOIN scheduled USING (id) WHERE ended.moves
    ) AS told ORDER BY id, place
  ), counted AS (
    SELECT count_moves(shard, array_agg(ended.old_status), array_agg(moved.status)) FROM moved JOIN ended USING (id)
  )
  SELECT ended.ordinality::integer FROM moved JOIN ended USING (id), counted;
  PERFORM unlock_leads(leads);
END
$$;

-- Gives an owned lead back, for a worker to take after so many seconds. An attempt that its owner opened and did not
-- send is taken back with its number. A lead that is given back for a reason on our side is told so.
CREATE FUNCTION release_lead(lead bigint, lease uuid, unsent integer, delay_seconds float8, trouble text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  withdrawn integer;
BEGIN
  PERFORM FROM open_lead WHERE id = lead AND lease_token = lease FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM delivery_attempt AS attempt USING inbound_lead AS owner
  WHERE owner.id = lead AND attempt.lead_id = lead AND attempt.ended_at IS NULL
    AND attempt.attempt_no = owner.attempt_count AND attempt.attempt_no = unsent;
  GET DIAGNOSTICS withdrawn = ROW_COUNT;
  IF withdrawn > 0 THEN
    UPDATE inbound_lead SET attempt_count = attempt_count - 1, updated_at = now() WHERE id = lead;
    INSERT INTO lead_event (lead_id, type, details)
    VALUES (lead, 'attempt_withdrawn', jsonb_build_object('attempt_no', unsent));
    PERFORM return_probe(lead);
  END IF;
  UPDATE open_lead SET
    lease_token = NULL,
    is_decided = is_decided OR withdrawn > 0,
    next_attempt_at = now() + make_interval(secs => delay_seconds),
    due_at = now() + make_interval(secs => delay_seconds),
    troubles = troubles + (trouble IS NOT NULL)::integer
  WHERE id = lead;
  IF trouble IS NOT NULL THEN
    INSERT INTO lead_event (lead_id, type, details)
    SELECT lead, 'set_aside', jsonb_build_object('because', trouble, 'next_attempt_at', utc_text(next_attempt_at))
    FROM open_lead WHERE id = lead;
  END IF;
  RETURN true;
END
$$;

-- Down Migration

DROP FUNCTION release_lead(bigint, uuid, integer, float8, text);
DROP FUNCTION record_outcomes(bigint[], json, integer, jsonb);
DROP FUNCTION proceed_leads(bigint[], json, integer, jsonb);
DROP FUNCTION offer_leads(integer, float8, jsonb);
DROP FUNCTION claim_leads(bigint[], integer, float8, jsonb);
DROP FUNCTION lock_due_leads(integer, integer);
