import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { Released } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { idsOf } from "./fragments.ts"

/**
 * Makes an owned lead due again at once. An attempt that its owner opened and did not send is taken back
 * with its number, so that it costs the lead nothing.
 */
export const releaseLease = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ id, lease, unsentAttemptNo }: Released) {
    yield* sql`
      WITH input AS MATERIALIZED (
        SELECT ${id}::bigint AS id
      ), owned AS MATERIALIZED (
        SELECT attempt_count FROM inbound_lead AS lead
        WHERE ${idsOf(sql, "lead.id")} AND lease_token = ${lease}::uuid
        FOR UPDATE
      ), withdrawn AS (
        DELETE FROM delivery_attempt AS attempt
        WHERE ${idsOf(sql, "attempt.lead_id")} AND ended_at IS NULL
          AND attempt_no = (SELECT attempt_count FROM owned) AND attempt_no = ${unsentAttemptNo ?? null}::integer
        RETURNING lead_id, attempt_no
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT lead_id, 'attempt_withdrawn', jsonb_build_object('attempt_no', attempt_no) FROM withdrawn
      )
      UPDATE inbound_lead AS lead SET
        attempt_count = lead.attempt_count - (SELECT count(*) FROM withdrawn)::integer,
        lease_token = NULL, next_attempt_at = now(), updated_at = now()
      FROM owned WHERE ${idsOf(sql, "lead.id")}`
  }, storeCall("LeadWork.release"))
