/** The peers' two tables and their connections. */
import { Pool } from "pg"
import { settings } from "./settings.ts"

const schema = `
CREATE TABLE IF NOT EXISTS inbound_lead (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'RECEIVED' CHECK (
    status IN ('RECEIVED', 'REJECTED', 'READY', 'DELIVERED', 'FAILED', 'PERMANENTLY_FAILED')
  ),
  rejection_reason text,
  raw_payload jsonb NOT NULL,
  source_headers jsonb NOT NULL,
  customer_payload jsonb,
  correlation_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS inbound_lead_status ON inbound_lead (status);
CREATE TABLE IF NOT EXISTS delivery_attempt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id bigint NOT NULL REFERENCES inbound_lead,
  attempt_no integer NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  success boolean NOT NULL DEFAULT false,
  status_code integer,
  response_body text,
  error_message text,
  UNIQUE (lead_id, attempt_no)
);`

/** Twice as many connections as pg has by default: most of a commit is waiting for the disk. */
export const makePool = (): Pool => {
  const pool = new Pool({
    connectionString: settings.databaseUrl(),
    max: 20,
  })
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on("error", (error) => console.error(error.message))
  pool.on("connect", (client) => client.on("error", () => undefined))
  return pool
}

/** Creates what is missing. */
export const createSchema = (pool: Pool) => pool.query(schema)
