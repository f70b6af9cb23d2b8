-- What holds deliveries to a customer back: a circuit breaker and a rate limit, shared by all workers.
--
-- Both are asked and told by the statements that open attempts and record outcomes, so they cost no round trip
-- of their own and never disagree with the attempts on record. A gate that is wide open is only read.

-- Up Migration

CREATE TABLE customer_gate (
  customer text PRIMARY KEY,
  circuit text NOT NULL DEFAULT 'closed' CHECK (circuit IN ('closed', 'open')),
  changed_at timestamptz NOT NULL DEFAULT '-infinity',
  failed_leads bigint[] NOT NULL DEFAULT '{}',
  open_for interval NOT NULL DEFAULT '0',
  probe_at timestamptz,
  probe_lead bigint,
  next_send_at timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT customer_gate_open_has_a_probe CHECK (circuit = 'closed' OR probe_at IS NOT NULL)
);

COMMENT ON TABLE customer_gate IS 'What holds deliveries to a customer back: its circuit breaker and its rate limit.';
COMMENT ON COLUMN customer_gate.customer IS 'Host and port of the customer''s API.';
COMMENT ON COLUMN customer_gate.circuit IS 'closed: deliveries flow. open: the customer is down, no attempt is spent.';
COMMENT ON COLUMN customer_gate.changed_at IS 'When the circuit last opened or closed.';
COMMENT ON COLUMN customer_gate.failed_leads IS 'The leads that failed since the last success, each once.';
COMMENT ON COLUMN customer_gate.open_for IS 'How long the circuit stays open before a probe; it grows while probes fail.';
COMMENT ON COLUMN customer_gate.probe_at IS 'Open: from when on one lead may be sent to see whether the customer is back.';
COMMENT ON COLUMN customer_gate.probe_lead IS 'Open: the lead that was sent to see; null while none is under way.';
COMMENT ON COLUMN customer_gate.next_send_at IS
  'When the next delivery is in turn under the rate limit (the theoretical arrival time of GCRA).';

-- The policy, as workers send it: customer, rate (deliveries a second; null: no limit), failures (different leads
-- that open the circuit), open_for, ramp and hold (seconds; hold is how long a probe is waited for).

-- How many deliveries may begin at an instant, when to ask again if that is none, and how far apart they are.
-- After a recovery the rate grows from 1 a second to 1024 over `ramp`, and is free then.
--
-- The rate limit is GCRA. A twentieth of the rate is kept back for what comes between a permit and the customer;
-- another twentieth of a second's deliveries may go at once, and the spacing makes up for that. So no second,
-- wherever it begins, sees more than `rate` of them: at 100 a second, 4 at once and 92 a second.
CREATE FUNCTION permits_of(
  gate customer_gate, policy jsonb, at timestamptz,
  OUT permits integer, OUT again_at timestamptz, OUT spacing interval, OUT next_send timestamptz
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  rate float8 := 0.95 * (policy ->> 'rate')::float8;
  ramp float8 := (policy ->> 'ramp')::float8;
  longest float8 := greatest(10 * (policy ->> 'open_for')::float8, (policy ->> 'hold')::float8);
  burst float8;
BEGIN
  -- What was noted and lies further ahead than can be meant now is void: the clock was set back, or the policy changed.
  -- To shorten the wait instead would not end it: it would begin anew whenever somebody looks.
  IF gate.circuit = 'open' THEN
    again_at := CASE WHEN gate.probe_at > at + make_interval(secs => longest) THEN at ELSE gate.probe_at END;
    permits := (again_at <= at)::integer;
    RETURN;
  END IF;
  IF at < gate.changed_at + make_interval(secs => ramp) THEN
    rate := least(rate, 2 ^ (10 * greatest(extract(epoch FROM at - gate.changed_at)::float8, 0) / nullif(ramp, 0)));
  END IF;
  IF rate IS NULL THEN
    permits := 2147483647;
    again_at := at;
    RETURN;
  END IF;
  burst := greatest(1, floor(rate / 20));
  -- Rounded up, to microseconds as times are: what is rounded down adds up to one too many.
  spacing := make_interval(secs => ceil(1e6 / (rate - burst + 1)) / 1e6);
  -- A second is as far ahead as a ramp, whose spacing shrinks, may have put it.
  next_send := CASE
    WHEN gate.next_send_at > at + greatest(burst * spacing, make_interval(secs => 1)) THEN at
    ELSE greatest(gate.next_send_at, at)
  END;
  again_at := next_send - (burst - 1) * spacing;
  permits := floor(burst - extract(epoch FROM next_send - at)::float8 / extract(epoch FROM spacing)::float8 + 1e-9);
END
$$;

-- What the gate would let through now, without taking any of it.
CREATE FUNCTION peek_permits(policy jsonb, OUT permits integer, OUT again_at timestamptz, OUT circuit text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  gate customer_gate;
BEGIN
  SELECT * INTO gate FROM customer_gate AS g WHERE g.customer = policy ->> 'customer';
  circuit := coalesce(gate.circuit, 'closed');
  SELECT p.permits, p.again_at INTO permits, again_at FROM permits_of(gate, policy, clock_timestamp()) AS p;
  permits := greatest(permits, 0);
END
$$;

-- Takes permits for these leads, in their order: how many of them may be sent, whether that is a probe, and how the
-- circuit stands.
CREATE FUNCTION take_permits(policy jsonb, leads bigint[], OUT taken integer, OUT is_probe boolean, OUT circuit text)
LANGUAGE plpgsql AS $$
DECLARE
  name text := policy ->> 'customer';
  gate customer_gate;
  at timestamptz;
  free record;
BEGIN
  taken := cardinality(leads);
  is_probe := false;
  circuit := 'closed';
  IF taken = 0 THEN RETURN; END IF;
  SELECT * INTO gate FROM customer_gate WHERE customer = name;
  IF NOT FOUND THEN
    IF policy ->> 'rate' IS NULL THEN RETURN; END IF;
    INSERT INTO customer_gate (customer) VALUES (name) ON CONFLICT DO NOTHING;
  ELSIF (permits_of(gate, policy, clock_timestamp())).spacing IS NULL AND gate.circuit = 'closed' THEN
    RETURN;
  END IF;

  SELECT * INTO gate FROM customer_gate WHERE customer = name FOR UPDATE;
  at := clock_timestamp();
  SELECT * INTO free FROM permits_of(gate, policy, at);
  circuit := gate.circuit;
  taken := least(greatest(free.permits, 0), cardinality(leads));
  IF taken = 0 THEN RETURN; END IF;
  is_probe := gate.circuit = 'open';
  IF is_probe THEN
    UPDATE customer_gate
    SET probe_lead = leads[1], probe_at = at + make_interval(secs => (policy ->> 'hold')::float8)
    WHERE customer = name;
  ELSIF free.spacing IS NOT NULL THEN
    UPDATE customer_gate SET
      next_send_at = free.next_send + taken * free.spacing, changed_at = least(changed_at, at)
    WHERE customer = name;
  END IF;
END
$$;

-- Tells the gate what came of deliveries: the leads that the customer took, those that it answered in another way
-- (it is there), those that found it down (5xx, network, timeout), and those that tell nothing (outcome unknown).
CREATE FUNCTION note_outcomes(policy jsonb, took bigint[], answered bigint[], down bigint[], unclear bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := policy ->> 'customer';
  base constant interval := make_interval(secs => (policy ->> 'open_for')::float8);
  gate customer_gate;
  failed bigint[];
BEGIN
  SELECT * INTO gate FROM customer_gate WHERE customer = name;
  -- The usual case: all is well, and has been.
  IF cardinality(down) = 0 AND gate.circuit IS DISTINCT FROM 'open'
    AND (cardinality(took) = 0 OR coalesce(gate.failed_leads, '{}') = '{}') THEN RETURN; END IF;
  INSERT INTO customer_gate (customer) VALUES (name) ON CONFLICT DO NOTHING;
  SELECT * INTO gate FROM customer_gate WHERE customer = name FOR UPDATE;

  IF gate.circuit = 'open' THEN
    IF cardinality(took) > 0 OR gate.probe_lead = ANY (answered) THEN
      UPDATE customer_gate
      SET circuit = 'closed', changed_at = clock_timestamp(), failed_leads = '{}', probe_at = NULL, probe_lead = NULL,
        next_send_at = clock_timestamp()
      WHERE customer = name;
    ELSIF gate.probe_lead = ANY (down || unclear) THEN
      IF gate.probe_lead = ANY (down) THEN gate.open_for := 2 * gate.open_for; END IF;
      gate.open_for := least(gate.open_for, 10 * base);
      UPDATE customer_gate
      SET open_for = gate.open_for, probe_at = clock_timestamp() + gate.open_for, probe_lead = NULL
      WHERE customer = name;
    END IF;
    RETURN;
  END IF;

  IF cardinality(took) > 0 THEN
    UPDATE customer_gate SET failed_leads = '{}' WHERE customer = name AND failed_leads <> '{}';
    RETURN;
  END IF;
  failed := ARRAY (SELECT DISTINCT lead FROM unnest(gate.failed_leads || down) AS lead ORDER BY lead);
  IF cardinality(failed) < (policy ->> 'failures')::integer THEN
    UPDATE customer_gate SET failed_leads = failed WHERE customer = name;
    RETURN;
  END IF;
  -- Who was closed for a shorter time than open before is flapping: it stays open longer this time.
  gate.open_for := CASE
    WHEN clock_timestamp() - gate.open_for < gate.changed_at THEN least(2 * gate.open_for, 10 * base)
    ELSE base
  END;
  UPDATE customer_gate
  SET circuit = 'open', changed_at = clock_timestamp(), failed_leads = failed, open_for = gate.open_for,
    probe_at = clock_timestamp() + gate.open_for, probe_lead = NULL
  WHERE customer = name;
END
$$;

-- A probe that was not sent after all: another lead may be it at once.
CREATE FUNCTION return_probe(lead bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE customer_gate SET probe_lead = NULL, probe_at = clock_timestamp() WHERE circuit = 'open' AND probe_lead = lead
$$;

-- Down Migration

DROP FUNCTION return_probe(bigint);
DROP FUNCTION note_outcomes(jsonb, bigint[], bigint[], bigint[], bigint[]);
DROP FUNCTION take_permits(jsonb, bigint[]);
DROP FUNCTION peek_permits(jsonb);
DROP FUNCTION permits_of(customer_gate, jsonb, timestamptz);
DROP TABLE customer_gate;
