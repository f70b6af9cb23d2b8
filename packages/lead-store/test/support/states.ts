/** Where leads and the work on them stand, and where leads have been. */
import { PgClient } from "@effect/sql-pg"
import type { LeadId, LeadState, WorkState } from "@lead-gateway/lead"
import { Effect } from "effect"
import { Customers, defaultCustomer } from "../../src/index.ts"
import { peek } from "../../src/internal/throttle.ts"

/** Where the work on a lead stands, as docs/states.md reads it from the rows. */
export const workStateOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql.unsafe<{ state: WorkState }>(
        `SELECT CASE
           WHEN settled.state = 'PARKED' THEN 'parked'
           WHEN settled.state IS NOT NULL THEN 'ended'
           WHEN work.leased_until > now() THEN 'leased'
           WHEN work.scheduled_at > now() THEN 'snoozed'
           WHEN throttle.permits = 0 THEN 'throttled'
           ELSE 'due' END AS state
         FROM lead LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id
         LEFT JOIN work ON work.lead_id = lead.id LEFT JOIN customer AS c ON c.id = work.lane ${peek}
         WHERE lead.id = $1::bigint`,
        [id],
      ),
      ([row]) => row?.state,
    ),
  )

/** Closes the customer's throttle, or opens it again. */
export const throttle = (how: "closed" | "open") =>
  Customers.use((customers) =>
    customers.block(defaultCustomer, how === "closed" ? "closed by a test" : undefined),
  )

/** Notes every state that a lead comes to from now on. */
export const notePaths = PgClient.PgClient.use((sql) =>
  Effect.forEach(
    [
      `CREATE TABLE path (id bigserial PRIMARY KEY, lead_id bigint, state lead_state)`,
      `CREATE FUNCTION note_path() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO path (lead_id, state) VALUES (NEW.lead_id, NEW.state); RETURN NULL; END $$`,
      `CREATE TRIGGER note_path AFTER INSERT OR UPDATE ON work FOR EACH ROW EXECUTE FUNCTION note_path()`,
      `CREATE TRIGGER note_path AFTER INSERT OR UPDATE ON settled_lead FOR EACH ROW EXECUTE FUNCTION note_path()`,
    ],
    (statement) => sql.unsafe(statement),
  ),
)

/** The changes of state that were noted, each once. */
export const notedChanges = PgClient.PgClient.use(
  (sql) => sql<{ from: LeadState; to: LeadState }>`
    SELECT DISTINCT before::text AS from, state::text AS to
    FROM (SELECT state, lag(state) OVER (PARTITION BY lead_id ORDER BY id) AS before FROM path) AS step
    WHERE before <> state`,
)
