import type { PgClient } from "@effect/sql-pg"
import { stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { AttemptRecord } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { batchJson, idArray, type LeadRow } from "./LeadRow.ts"

/** Records outcomes, a batch in one statement: attempts, their leads and the customer's gate move together. */
export const recordAll = (
  sql: PgClient.PgClient,
  shard: Effect.Effect<number, SqlError.SqlError>,
  gate: string,
) =>
  Effect.fnUntraced(function* (outcomes: ReadonlyArray<LeadRow>) {
    const moved = yield* sql<{ ord: number }>`
      SELECT * FROM record_outcomes(
        ${idArray(outcomes.map(({ id }) => id))}::text::bigint[], ${batchJson(outcomes)}::text::json,
        ${yield* shard}::integer, ${gate}::text::jsonb
      ) AS ord`
    const ords = new Set(moved.map((row) => row.ord))
    return outcomes.map((_, index) => ords.has(index + 1))
  }, storeCall("LeadWork.record"))

/** What {@link recordAll} is told of an outcome. */
export const outcomeRow = (outcome: AttemptRecord): LeadRow => {
  const { id, next } = outcome
  return {
    id,
    json: stringify({
      id,
      lease: outcome.lease,
      attempt_no: outcome.attemptNo,
      success: outcome.success,
      unknown: outcome.outcomeUnknown,
      response_status: outcome.responseStatus,
      response_body: outcome.responseBody,
      error_message: outcome.errorMessage,
      fault: outcome.fault,
      health: outcome.health,
      status: next.status,
      reason: next.status === "PERMANENTLY_FAILED" ? next.reason : null,
      retry_after: next.status === "FAILED" ? Duration.toSeconds(next.retryAfter) : null,
    }),
  }
}
