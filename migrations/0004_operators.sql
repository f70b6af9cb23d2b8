-- Who operators are, and what they changed: tokens with roles, and the audit.
--
-- It expands only: a process that knows an earlier schema does not look at either table.

-- Up Migration

CREATE TABLE operator_token (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id integer NOT NULL,
  hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  role text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
) WITH (fillfactor = 50);
COMMENT ON TABLE operator_token IS 'Tokens by which operators use the API. A row stays when its token is revoked, since the audit refers to it.';
COMMENT ON COLUMN operator_token.hash IS 'SHA-256 of the token. The token itself, 32 random bytes, is shown once and stored nowhere.';
COMMENT ON COLUMN operator_token.role IS 'viewer, operator or admin. A role that a process does not know is refused.';
COMMENT ON COLUMN operator_token.last_used_at IS 'Exact to a minute.';

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id integer NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  operator text NOT NULL,
  via text NOT NULL,
  token_id bigint,
  action text NOT NULL CHECK (action ~ '^[a-z_]+(\.[a-z_]+)*$'),
  lead_id bigint,
  subject text,
  details json NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE audit IS 'What people changed, in the transaction that changed it. Written once. It holds no value of a lead.';
COMMENT ON COLUMN audit.operator IS 'The name of the token, the subject of the JWT, the user of the command line, or operator for OPERATOR_TOKENS.';
COMMENT ON COLUMN audit.via IS 'How the operator was recognised: token, setting, jwt, cli, or open where nobody is asked.';
COMMENT ON COLUMN audit.token_id IS 'The token that was used, since several may have one name.';
COMMENT ON COLUMN audit.subject IS 'What was changed, unless it is a lead: a token, a customer, a replay request.';
CREATE INDEX audit_lead ON audit (lead_id) WHERE lead_id IS NOT NULL;

-- Down Migration
-- Loses: operator_token, audit

DROP TABLE audit;
DROP TABLE operator_token;
