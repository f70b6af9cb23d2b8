import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { Released } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { lockingLeads } from "./leadsOf.ts"

/**
 * Makes an owned lead due again at once. An attempt that its owner opened and did not send is taken back
 * with its number, so that it costs the lead nothing.
 */
export const releaseLease = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ id, lease, unsentAttemptNo }: Released) {
    const statement = sql`
      WITH owned AS MATERIALIZED (
        SELECT attempt_count FROM inbound_lead WHERE id = ${id} AND lease_token = ${lease}::uuid
      ), withdrawn AS (
        DELETE FROM delivery_attempt
        WHERE lead_id = ${id} AND ended_at IS NULL
          AND attempt_no = (SELECT attempt_count FROM owned) AND attempt_no = ${unsentAttemptNo ?? null}::integer
        RETURNING lead_id, attempt_no
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT lead_id, 'attempt_withdrawn', jsonb_build_object('attempt_no', attempt_no) FROM withdrawn
      )
      UPDATE inbound_lead AS lead SET
        attempt_count = lead.attempt_count - (SELECT count(*) FROM withdrawn)::integer,
        lease_token = NULL, next_attempt_at = now(), updated_at = now()
      FROM owned WHERE id = ${id}`
    yield* lockingLeads(sql, [id], statement)
  }, storeCall("LeadWork.release"))
