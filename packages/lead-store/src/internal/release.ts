import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import type { Released } from "../Step.ts"
import { storeCall } from "../StoreError.ts"

/** Gives an owned lead back; false when it was not owned any more. */
export const releaseLead = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ id, lease, unsentAttemptNo, delay, trouble }: Released) {
    const rows = yield* sql<{ released: boolean }>`
      SELECT release_lead(
        ${id}::bigint, ${lease}::uuid, ${unsentAttemptNo ?? null}::integer, ${Duration.toSeconds(delay)}::float8,
        ${trouble ?? null}::text
      ) AS released`
    return rows[0]?.released ?? false
  }, storeCall("LeadWork.release"))

/** Ends every lease. */
export const releaseAll = (sql: PgClient.PgClient) =>
  sql`UPDATE open_lead SET due_at = now() WHERE lease_token IS NOT NULL AND due_at > now()`.pipe(
    Effect.asVoid,
    storeCall("LeadWork.releaseAll"),
  )
