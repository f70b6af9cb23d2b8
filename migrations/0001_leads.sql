-- Leads, what was decided about them, their deliveries and attempts, and the work that is left to do.
--
-- Written once: lead, decision, delivery, attempt, lead_event. They are partitioned by ranges of the lead's id
-- (lead_p000000 holds the ids below 1,000,000), so that retention drops whole partitions. There is no default
-- partition: the apps keep spare ones ahead. There are no foreign keys between them: a reference would make
-- dropping a partition scan the others, and every row is written by the statement that writes what it refers to.
--
-- Narrow and changing: work has a row for what somebody must still do, and none when nothing is left;
-- settled_lead has a row for every other lead. Neither grows wide, neither is partitioned.
--
-- No logic is kept here: the statements stand beside the TypeScript that calls them, in packages/lead-store.

-- Up Migration

-- Where a lead stands. FAILED, as people see it, is RETRYING (another attempt is scheduled) or PARKED (a required
-- field is missing, and no attempt is made).
--
--   RECEIVED ──▶ READY ──────▶ DELIVERED
--      │           │  ▲▼ ┌───▶ PERMANENTLY_FAILED
--      │           └▶ RETRYING ─▶ DELIVERED
--      ├──▶ PARKED
--      └──▶ REJECTED
CREATE TYPE lead_state AS ENUM (
  'RECEIVED', 'READY', 'RETRYING', 'PARKED', 'REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED'
);

CREATE TABLE tenant (
  id integer PRIMARY KEY,
  name text NOT NULL UNIQUE
);
COMMENT ON TABLE tenant IS 'Who leads, sources and customers belong to.';
INSERT INTO tenant (id, name) VALUES (1, 'default');

CREATE TABLE source (
  id integer PRIMARY KEY,
  tenant_id integer NOT NULL REFERENCES tenant,
  name text NOT NULL,
  UNIQUE (tenant_id, name)
);
COMMENT ON TABLE source IS 'Where leads come from.';
INSERT INTO source (id, tenant_id, name) VALUES (1, 1, 'default');

CREATE TABLE customer (
  id integer PRIMARY KEY,
  tenant_id integer NOT NULL REFERENCES tenant,
  name text NOT NULL,
  -- Settings, written by a worker when it starts.
  address text,
  rate_per_second float8 CHECK (rate_per_second > 0),
  breaker_failures integer NOT NULL DEFAULT 20 CHECK (breaker_failures >= 1),
  breaker_open_for interval NOT NULL DEFAULT '30 s',
  breaker_ramp interval NOT NULL DEFAULT '30 s',
  probe_timeout interval NOT NULL DEFAULT '45 s',
  -- State of the throttle, written by the statements that open and complete attempts.
  blocked_reason text,
  circuit text NOT NULL DEFAULT 'closed' CHECK (circuit IN ('closed', 'open')),
  circuit_changed_at timestamptz NOT NULL DEFAULT '-infinity',
  failed_leads bigint[] NOT NULL DEFAULT '{}',
  open_for interval NOT NULL DEFAULT '0',
  probe_at timestamptz,
  probe_lead bigint,
  next_send_at timestamptz NOT NULL DEFAULT '-infinity',
  permits integer NOT NULL DEFAULT 0,
  UNIQUE (tenant_id, name),
  CONSTRAINT customer_open_circuit_has_a_probe CHECK (circuit = 'closed' OR probe_at IS NOT NULL)
) WITH (fillfactor = 10);
COMMENT ON TABLE customer IS 'Who leads are delivered to, and the throttle of deliveries: circuit breaker and rate limit.';
COMMENT ON COLUMN customer.address IS 'Host and port of the customer''s API. Another one starts with a closed circuit.';
COMMENT ON COLUMN customer.probe_timeout IS 'How long the outcome of a probe is waited for before another lead may probe.';
COMMENT ON COLUMN customer.blocked_reason IS 'Why nothing can be sent to the customer at all, such as a refused address; its leads wait.';
COMMENT ON COLUMN customer.circuit IS 'closed: deliveries flow. open: the customer is down, no attempt is spent.';
COMMENT ON COLUMN customer.failed_leads IS 'The leads that failed since the last success, each once.';
COMMENT ON COLUMN customer.open_for IS 'How long the circuit stays open before a probe; it grows while probes fail.';
COMMENT ON COLUMN customer.probe_at IS 'Open: from when on one lead may be sent to see whether the customer is back.';
COMMENT ON COLUMN customer.probe_lead IS 'Open: the lead that was sent to see; null while none is under way.';
COMMENT ON COLUMN customer.next_send_at IS 'When the next delivery is in turn under the rate limit (the theoretical arrival time of GCRA).';
COMMENT ON COLUMN customer.permits IS 'How many deliveries the last statement that asked was granted.';
INSERT INTO customer (id, tenant_id, name) VALUES (1, 1, 'default');

CREATE SEQUENCE lead_id_seq AS bigint;
CREATE SEQUENCE attempt_id_seq AS bigint CACHE 50;
CREATE SEQUENCE lead_event_id_seq AS bigint;

CREATE TABLE lead (
  id bigint NOT NULL,
  tenant_id integer NOT NULL,
  source_id integer NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  raw_payload json NOT NULL,
  source_headers json NOT NULL,
  payload_hash bytea NOT NULL,
  correlation_id text NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT lead_payload_is_an_object CHECK (json_typeof(raw_payload) = 'object'),
  CONSTRAINT lead_payload_hash CHECK (length(payload_hash) = 32)
) PARTITION BY RANGE (id);
COMMENT ON TABLE lead IS 'One webhook each, as it came. Written once.';
COMMENT ON COLUMN lead.raw_payload IS 'The payload as it came; NUL and lone surrogates became U+FFFD.';
COMMENT ON COLUMN lead.source_headers IS 'The webhook''s HTTP headers, secrets redacted.';
COMMENT ON COLUMN lead.payload_hash IS 'SHA-256 of the body''s bytes. Not unique.';

CREATE TABLE decision (
  lead_id bigint NOT NULL,
  delivery_no smallint NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT now(),
  verdict lead_state NOT NULL,
  reason text,
  details json NOT NULL,
  normalized_payload json,
  omitted_attributes json NOT NULL,
  decided_with json NOT NULL,
  PRIMARY KEY (lead_id, delivery_no),
  CONSTRAINT decision_verdict CHECK (verdict IN ('READY', 'REJECTED', 'PARKED')),
  CONSTRAINT decision_reason CHECK ((verdict = 'READY') = (reason IS NULL) AND reason ~ '^[A-Z][A-Z0-9_]{0,63}$')
) PARTITION BY RANGE (lead_id);
COMMENT ON TABLE decision IS 'What the rules, the normaliser and the mapping made of a lead. Written once for each time the lead is decided.';
COMMENT ON COLUMN decision.delivery_no IS 'The number of the first delivery that the decision makes; 0 unless the lead was replayed.';
COMMENT ON COLUMN decision.details IS 'What the rules found, for people. It quotes nothing of the lead.';
COMMENT ON COLUMN decision.decided_with IS 'Versions of the rules, profile, mapping and template that decided.';

CREATE TABLE delivery (
  lead_id bigint NOT NULL,
  delivery_no smallint NOT NULL,
  customer_id integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  idempotency_key uuid NOT NULL,
  payload json NOT NULL,
  PRIMARY KEY (lead_id, delivery_no)
) PARTITION BY RANGE (lead_id);
COMMENT ON TABLE delivery IS 'A lead for a customer: the bytes and the key that all its attempts carry. Written once.';

CREATE TABLE attempt (
  id bigint NOT NULL,
  lead_id bigint NOT NULL,
  delivery_no smallint NOT NULL,
  attempt_no integer NOT NULL CHECK (attempt_no >= 1),
  requested_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  success boolean NOT NULL,
  outcome_unknown boolean NOT NULL,
  is_probe boolean NOT NULL,
  duration_ms integer,
  response_status integer,
  response_body text,
  error_message text,
  fault text CHECK (fault IN ('lead', 'customer', 'ours')),
  retry_at timestamptz,
  PRIMARY KEY (lead_id, attempt_no),
  CONSTRAINT attempt_success_is_known CHECK (NOT success OR NOT outcome_unknown)
) PARTITION BY RANGE (lead_id);
COMMENT ON TABLE attempt IS 'One attempt to deliver, inserted when its outcome is recorded; until then it is part of work. Updated once if its outcome was unknown and comes late.';
COMMENT ON COLUMN attempt.outcome_unknown IS 'Nobody saw the answer: the worker was lost or stopped after it had opened the attempt.';
COMMENT ON COLUMN attempt.is_probe IS 'Made while the customer''s circuit was open, to see whether it is back.';
COMMENT ON COLUMN attempt.retry_at IS 'When the next attempt was scheduled for; null when none was.';

CREATE TABLE lead_event (
  id bigint NOT NULL DEFAULT nextval('lead_event_id_seq'),
  lead_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  type text NOT NULL,
  details json NOT NULL DEFAULT '{}',
  PRIMARY KEY (lead_id, id)
) PARTITION BY RANGE (lead_id);
COMMENT ON TABLE lead_event IS 'What happened to a lead and no other row says, or says no more: replayed, held back, snoozed, attempt withdrawn, a first unknown outcome. No personal data.';

CREATE TABLE work (
  lead_id bigint NOT NULL,
  delivery_no smallint NOT NULL DEFAULT 0,
  tenant_id integer NOT NULL,
  customer_id integer,
  received_at timestamptz NOT NULL DEFAULT now(),
  state lead_state NOT NULL DEFAULT 'RECEIVED',
  prior_state lead_state NOT NULL DEFAULT 'RECEIVED',
  listed_as lead_state NOT NULL DEFAULT 'RECEIVED',
  lane integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  scheduled_at timestamptz NOT NULL DEFAULT now(),
  lease uuid,
  leased_until timestamptz,
  attempt_no integer NOT NULL DEFAULT 0,
  attempt_is_open boolean NOT NULL DEFAULT false,
  attempt_id bigint,
  attempt_opened_at timestamptz,
  attempt_is_probe boolean NOT NULL DEFAULT false,
  uncounted_attempts integer NOT NULL DEFAULT 0,
  internal_failures integer NOT NULL DEFAULT 0,
  PRIMARY KEY (lead_id, delivery_no),
  CONSTRAINT work_is_left CHECK (state IN ('RECEIVED', 'READY', 'RETRYING') OR attempt_is_open),
  CONSTRAINT work_is_listed_as_open CHECK (listed_as IN ('RECEIVED', 'READY', 'RETRYING')),
  CONSTRAINT work_is_leased_for_a_time CHECK ((lease IS NULL) = (leased_until IS NULL)),
  CONSTRAINT work_open_attempt CHECK (
    NOT attempt_is_open OR (attempt_no >= 1 AND attempt_id IS NOT NULL AND attempt_opened_at IS NOT NULL)
  ),
  CONSTRAINT work_counted_attempts CHECK (uncounted_attempts BETWEEN 0 AND attempt_no)
) WITH (
  fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2
);
COMMENT ON TABLE work IS 'What somebody must still do: decide on a lead, or make a delivery. Schedule, lease, lock and open attempt in one row.';
COMMENT ON COLUMN work.delivery_no IS 'Which delivery of the lead; 0 unless the lead was replayed.';
COMMENT ON COLUMN work.customer_id IS 'Null until the lead is decided.';
COMMENT ON COLUMN work.state IS 'A terminal state: the lead has ended, and only its open attempt is still to be completed.';
COMMENT ON COLUMN work.prior_state IS 'The state before the last change.';
COMMENT ON COLUMN work.listed_as IS
  'The state by which lists find the row: its state, but RECEIVED as long as its first attempt is open.';
COMMENT ON COLUMN work.lane IS 'Whose schedule the row is on: 0 for new leads, else the customer whose throttle it waits at.';
COMMENT ON COLUMN work.due_at IS 'From when on workers look for the row themselves; later than scheduled_at while the queue was told of it.';
COMMENT ON COLUMN work.scheduled_at IS 'From when on a worker may take the row: at once, or at a retry''s time.';
COMMENT ON COLUMN work.lease IS 'The claim that owns the row now; null when nobody does.';
COMMENT ON COLUMN work.attempt_no IS 'The number of the last attempt, open or completed; 0 before the first.';
COMMENT ON COLUMN work.uncounted_attempts IS 'Attempts that the retry budget does not count: those before the last replay, and probes of a customer that was down.';
COMMENT ON COLUMN work.internal_failures IS 'How often in a row the work failed for a reason of ours since its last step.';

-- Neither index has a column that a claim or a first attempt changes: an ordinary lead's row stays in its page until
-- it is deleted.
-- What workers look for.
CREATE INDEX work_due ON work (lane, due_at);
-- The newest open leads.
CREATE INDEX work_listed ON work (tenant_id, listed_as, lead_id);

CREATE TABLE settled_lead (
  lead_id bigint PRIMARY KEY,
  tenant_id integer NOT NULL,
  received_at timestamptz NOT NULL,
  settled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state lead_state NOT NULL,
  reason text,
  CONSTRAINT settled_lead_state CHECK (state IN ('PARKED', 'REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED')),
  CONSTRAINT settled_lead_reason CHECK ((state = 'DELIVERED') = (reason IS NULL) AND reason ~ '^[A-Z][A-Z0-9_]{0,63}$')
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);
COMMENT ON TABLE settled_lead IS 'Leads that nobody has to look at any more: ended, or parked until an operator replays them.';
CREATE INDEX settled_lead_newest ON settled_lead (tenant_id, state, lead_id);

CREATE TABLE lead_count (
  segment bigint NOT NULL,
  tenant_id integer NOT NULL,
  account text NOT NULL,
  leads bigint NOT NULL,
  PRIMARY KEY (segment, tenant_id, account)
) WITH (fillfactor = 50);
COMMENT ON TABLE lead_count IS
  'Leads per state, and in the account TOTAL all that were ever received, kept by the statements that move leads. Each writer counts in a segment of its own for a while; the sum counts, a segment alone may be negative.';

CREATE TABLE sealed_count (
  tenant_id integer NOT NULL,
  partition_no bigint NOT NULL,
  account text NOT NULL,
  leads bigint NOT NULL,
  sealed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, partition_no, account)
);
COMMENT ON TABLE sealed_count IS 'How many leads of a partition retention has removed, by the state that they ended in.';

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

-- For people who query by hand. Nothing in Lead Gateway reads these views.

CREATE VIEW inbound_lead AS
SELECT lead.id, lead.received_at, lead.raw_payload::jsonb AS raw_payload, lead.source_headers::jsonb AS source_headers,
  CASE coalesce(settled.state, work.state)
    WHEN 'RETRYING' THEN 'FAILED' WHEN 'PARKED' THEN 'FAILED' ELSE coalesce(settled.state, work.state)::text
  END AS status,
  settled.reason AS rejection_reason,
  (
    SELECT normalized_payload::jsonb FROM decision
    WHERE decision.lead_id = lead.id AND work.state IS DISTINCT FROM 'RECEIVED' ORDER BY delivery_no DESC LIMIT 1
  ) AS normalized_payload,
  (
    SELECT payload::jsonb FROM delivery
    WHERE delivery.lead_id = lead.id AND work.state IS DISTINCT FROM 'RECEIVED'
      AND settled.state IS DISTINCT FROM 'REJECTED' AND settled.state IS DISTINCT FROM 'PARKED'
    ORDER BY delivery_no DESC LIMIT 1
  ) AS customer_payload,
  encode(lead.payload_hash, 'hex') AS payload_hash, lead.correlation_id, lead.tenant_id, lead.source_id,
  lead.received_at AS created_at,
  coalesce(settled.settled_at, work.attempt_opened_at, lead.received_at) AS updated_at
FROM lead
LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id
LEFT JOIN work ON work.lead_id = lead.id;
COMMENT ON VIEW inbound_lead IS 'One row per lead, from its webhook to its end.';

CREATE VIEW delivery_attempt AS
SELECT attempt.id, attempt.lead_id, attempt_no, requested_at, ended_at, response_status, response_body, error_message,
  success, outcome_unknown, is_probe, duration_ms, fault, retry_at, idempotency_key, requested_at AS created_at
FROM attempt JOIN delivery USING (lead_id, delivery_no)
UNION ALL
SELECT work.attempt_id, work.lead_id, attempt_no, attempt_opened_at, NULL, NULL, NULL, NULL,
  false, false, attempt_is_probe, NULL, NULL, NULL, idempotency_key, attempt_opened_at
FROM work JOIN delivery USING (lead_id, delivery_no)
WHERE attempt_is_open;
COMMENT ON VIEW delivery_attempt IS 'One row per attempt to deliver, opened before the request leaves.';

-- Down Migration
-- Loses: lead, decision, delivery, attempt, lead_event, work, settled_lead, lead_count, sealed_count, replay_request
-- Loses: customer beyond 1, source beyond 1, tenant beyond 1

DROP VIEW delivery_attempt, inbound_lead;
DROP TABLE replay_request, sealed_count, lead_count, settled_lead, work;
DROP TABLE lead_event, attempt, delivery, decision, lead, customer, source, tenant;
DROP TYPE lead_state;
