import type { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { ClaimedLead } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { idsOf, lastAttemptIsOpen } from "./fragments.ts"
import { storedJson } from "./storedJson.ts"

interface Row {
  readonly id: bigint
  readonly lease_token: string
  readonly status: ClaimedLead["status"]
  readonly correlation_id: string
  readonly idempotency_key: string
  readonly traceparent: string | null
  readonly attempt_count: number
  readonly attempt_is_open: boolean
  readonly payload: string | null
}

/** Takes what is due, oldest first, past rows that another worker is taking at this moment. */
export const claimDue = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (options: { readonly max: number; readonly lease: Duration.Duration }) {
    const rows = yield* sql<Row>`
      WITH due AS MATERIALIZED (
        SELECT id FROM inbound_lead
        WHERE next_attempt_at <= now()
        ORDER BY next_attempt_at
        LIMIT ${options.max}
        FOR UPDATE SKIP LOCKED
      )
      UPDATE inbound_lead AS lead SET
        lease_token = gen_random_uuid(),
        next_attempt_at = now() + make_interval(secs => ${Duration.toSeconds(options.lease)}::float8)
      WHERE ${idsOf(sql, "lead.id", "due")}
      RETURNING
        lead.id, lead.lease_token, lead.status, lead.correlation_id, lead.idempotency_key, lead.attempt_count,
        lead.source_headers ->> 'traceparent' AS traceparent,
        ${lastAttemptIsOpen(sql)} AS attempt_is_open,
        CASE WHEN lead.status = 'RECEIVED' THEN lead.raw_payload::text END AS payload`
    return rows.map(claimed)
  }, storeCall("LeadWork.claim"))

/** How long until the next lead is due: its index's first entry. */
export const untilDue = (sql: PgClient.PgClient) =>
  sql<{ seconds: number | null }>`
    SELECT extract(epoch FROM min(next_attempt_at) - now())::float8 AS seconds
    FROM inbound_lead WHERE next_attempt_at IS NOT NULL`.pipe(
    Effect.map((rows) => {
      const seconds = rows[0]?.seconds ?? undefined
      return seconds === undefined ? undefined : Duration.seconds(Math.max(0, seconds))
    }),
    storeCall("LeadWork.untilDue"),
  )

const claimed = (row: Row): ClaimedLead => ({
  id: LeadId.make(Number(row.id)),
  lease: row.lease_token,
  status: row.status,
  correlationId: row.correlation_id,
  idempotencyKey: row.idempotency_key,
  traceparent: row.traceparent ?? undefined,
  attemptCount: row.attempt_count,
  attemptIsOpen: row.attempt_is_open,
  payload: row.payload === null ? null : jsonObject(row.payload),
})

const jsonObject = (text: string): JsonObject => {
  const value = storedJson(text)
  if (!isJsonObject(value)) throw new Error("a stored payload is always an object")
  return value
}
