-- What the customer said and what nobody saw: the reason of a refusal, attempts whose outcome is not known, the age of
-- a delivery, and values of a lead that could not be read as what their field is declared.
--
-- It expands only: a process that knows 0001 works with it, and leaves the new columns at their defaults.

-- Up Migration

-- In the order in which the apps lock them.
LOCK TABLE work, decision, attempt IN ACCESS EXCLUSIVE MODE;

ALTER TABLE work ADD COLUMN unseen_attempt boolean NOT NULL DEFAULT false, ADD COLUMN first_attempt_at timestamptz;
COMMENT ON COLUMN work.unseen_attempt IS
  'Nobody saw the outcome of an attempt of this delivery: the customer may have the lead, or still be at work on it.';
COMMENT ON COLUMN work.first_attempt_at IS
  'When the first attempt of this delivery that counts was opened: the beginning of its age. Null before, and for work of an earlier release.';

ALTER TABLE decision ADD COLUMN unread jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN decision.unread IS
  'Paths of values that could not be read as the kind that their field is declared to hold. It quotes nothing of the lead.';

ALTER TABLE attempt ADD COLUMN customer_reason text, ADD COLUMN policy_version text;
COMMENT ON COLUMN attempt.customer_reason IS
  'The customer''s own reason, from the place in the response that the retry policy names; null without one.';
COMMENT ON COLUMN attempt.policy_version IS 'The version of the retry policy that decided what follows; null of a success, or if it has none.';

CREATE OR REPLACE VIEW delivery_attempt AS
SELECT attempt.id, attempt.lead_id, attempt_no, requested_at, ended_at, response_status, response_body, error_message,
  success, outcome_unknown, is_probe, duration_ms, fault, retry_at, idempotency_key, requested_at AS created_at,
  customer_reason
FROM attempt JOIN delivery USING (lead_id, delivery_no)
UNION ALL
SELECT work.attempt_id, work.lead_id, attempt_no, attempt_opened_at, NULL, NULL, NULL, NULL,
  false, false, attempt_is_probe, NULL, NULL, NULL, idempotency_key, attempt_opened_at,
  NULL
FROM work JOIN delivery USING (lead_id, delivery_no)
WHERE attempt_is_open;

-- Down Migration
-- Loses: work.unseen_attempt, work.first_attempt_at, decision.unread, attempt.customer_reason, attempt.policy_version

LOCK TABLE work, decision, attempt IN ACCESS EXCLUSIVE MODE;

DROP VIEW delivery_attempt;

ALTER TABLE work DROP COLUMN unseen_attempt, DROP COLUMN first_attempt_at;
ALTER TABLE decision DROP COLUMN unread;
ALTER TABLE attempt DROP COLUMN customer_reason, DROP COLUMN policy_version;

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
