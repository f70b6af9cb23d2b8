import type { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { ClaimedLead, ClaimOptions } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { idArray } from "./LeadRow.ts"
import { storedJson } from "./storedJson.ts"

interface Row {
  readonly id: bigint
  readonly lease_token: string
  readonly status: ClaimedLead["status"]
  readonly correlation_id: string
  readonly idempotency_key: string
  readonly traceparent: string | null
  readonly attempt_count: number
  readonly uncounted_attempts: number
  readonly attempt_is_open: boolean
  readonly attempt_is_probe: boolean
  readonly troubles: number
  readonly payload: string | null
}

/** Takes leads, past those that another worker is taking at this moment. */
export const claimLeads = (sql: PgClient.PgClient, lease: Duration.Duration, gate: string) =>
  Effect.fnUntraced(function* ({ ids, max }: ClaimOptions) {
    const rows = yield* sql<Row>`
      SELECT * FROM claim_leads(
        ${ids === undefined ? null : idArray(ids)}::text::bigint[], ${max}, ${Duration.toSeconds(lease)}::float8,
        ${gate}::text::jsonb
      )`
    return rows.map(claimed)
  }, storeCall("LeadWork.claim"))

const claimed = (row: Row): ClaimedLead => ({
  id: LeadId.make(Number(row.id)),
  lease: row.lease_token,
  status: row.status,
  correlationId: row.correlation_id,
  idempotencyKey: row.idempotency_key,
  traceparent: row.traceparent ?? undefined,
  attemptCount: row.attempt_count,
  uncountedAttempts: row.uncounted_attempts,
  attemptIsOpen: row.attempt_is_open,
  attemptIsProbe: row.attempt_is_probe,
  troubles: row.troubles,
  payload: row.payload === null ? null : jsonObject(row.payload),
})

const jsonObject = (text: string): JsonObject => {
  const value = storedJson(text)
  if (!isJsonObject(value)) throw new Error("a stored payload is always an object")
  return value
}
