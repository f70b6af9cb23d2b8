-- What operators do to leads and customers: patches of payloads, how many leads a replay request matched,
-- customers whose deliveries are held, and answers that mappings did not know.
--
-- It expands only: a process that knows an earlier schema decides on the payload as it came, and
-- delivers to customers that are paused.

-- Up Migration

CREATE TABLE lead_patch (
  lead_id bigint NOT NULL,
  delivery_no integer NOT NULL,
  patched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  request_id text NOT NULL,
  operator text NOT NULL,
  via text NOT NULL,
  patch json NOT NULL CHECK (json_typeof(patch) = 'object'),
  payload json NOT NULL CHECK (json_typeof(payload) = 'object'),
  PRIMARY KEY (lead_id, delivery_no)
);
COMMENT ON TABLE lead_patch IS
  'Changes that operators made to payloads of parked leads when they replayed them. The payload as received is untouched. Removed with the lead.';
COMMENT ON COLUMN lead_patch.delivery_no IS 'The first decision on the patched payload; later ones see it as well.';
COMMENT ON COLUMN lead_patch.patch IS 'An RFC 7396 merge patch. It holds personal data.';
COMMENT ON COLUMN lead_patch.payload IS 'What the lead is decided on from then on: the payload before, with the patch.';

ALTER TABLE replay_request ADD COLUMN matched bigint;
COMMENT ON COLUMN replay_request.matched IS 'How many leads met the criteria when the request was made; null if an earlier release made it.';

ALTER TABLE customer ADD COLUMN paused_at timestamptz, ADD COLUMN paused_by text;
COMMENT ON COLUMN customer.paused_at IS 'Since when an operator holds its deliveries: no attempt is opened, and its leads wait. Null: not paused.';

CREATE TABLE unmapped_answer (
  id bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id integer NOT NULL,
  attribute text NOT NULL,
  value text NOT NULL,
  answers bigint NOT NULL,
  first_seen timestamptz NOT NULL DEFAULT now(),
  last_seen timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, attribute, value)
) WITH (fillfactor = 50);
COMMENT ON TABLE unmapped_answer IS 'Answers to dropdowns that the mapping did not know, counted by workers: 1,000 for each attribute at most.';
COMMENT ON COLUMN unmapped_answer.value IS
  'As answered. Empty: all answers that are not kept, being too many, too long, or like an e-mail address or a phone number.';

-- Down Migration
-- Loses: lead_patch, replay_request.matched, customer.paused_at, customer.paused_by, unmapped_answer

DROP TABLE unmapped_answer;
DROP TABLE lead_patch;
ALTER TABLE replay_request DROP COLUMN matched;
ALTER TABLE customer DROP COLUMN paused_at, DROP COLUMN paused_by;
