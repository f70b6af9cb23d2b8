import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { Released } from "../Step.ts"
import { storeErrors } from "../StoreError.ts"

/**
 * Makes an owned lead due again at once. An attempt that its owner opened and did not send is taken back
 * with its number, so that it costs the lead nothing.
 */
export const releaseLease = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ id, lease, unsentAttemptNo }: Released) {
    yield* sql`
      WITH unsent AS (
        DELETE FROM delivery_attempt AS attempt
        USING inbound_lead AS lead
        WHERE lead.id = ${id} AND lead.lease_token = ${lease}::uuid
          AND attempt.lead_id = ${id} AND attempt.attempt_no = ${unsentAttemptNo ?? 0} AND attempt.ended_at IS NULL
        RETURNING attempt.lead_id, attempt.attempt_no
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT lead_id, 'attempt_withdrawn', jsonb_build_object('attempt_no', attempt_no) FROM unsent
      )
      UPDATE inbound_lead SET
        attempt_count = attempt_count - (SELECT count(*) FROM unsent)::integer,
        lease_token = NULL, next_attempt_at = now(), updated_at = now()
      WHERE id = ${id} AND lease_token = ${lease}::uuid`
  }, storeErrors("LeadWork.release"))
