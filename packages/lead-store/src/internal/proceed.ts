import type { PgClient } from "@effect/sql-pg"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { Proceeded, Step, StoredDecision } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { batchJson, idArray, type LeadRow } from "./LeadRow.ts"

interface Row {
  readonly ord: number
  readonly attempt_no: number | null
  readonly body: string | null
  readonly is_probe: boolean
  readonly is_held_back: boolean
}

/** Stores decisions and opens attempts, a batch in one statement. */
export const proceedAll = (
  sql: PgClient.PgClient,
  shard: Effect.Effect<number, SqlError.SqlError>,
  gate: string,
) =>
  Effect.fnUntraced(function* (steps: ReadonlyArray<LeadRow>) {
    const rows = yield* sql<Row>`
      SELECT * FROM proceed_leads(
        ${idArray(steps.map(({ id }) => id))}::text::bigint[], ${batchJson(steps)}::text::json, ${yield* shard}::integer,
        ${gate}::text::jsonb
      )`
    const done = new Map(rows.map((row) => [row.ord, proceeded(row)]))
    return steps.map((_, index): Proceeded => done.get(index + 1) ?? { _tag: "NotOwned" })
  }, storeCall("LeadWork.proceed"))

const proceeded = ({ attempt_no, body, is_held_back, is_probe }: Row): Proceeded => {
  if (attempt_no !== null && body !== null)
    return { _tag: "Opened", attemptNo: attempt_no, body, isProbe: is_probe }
  return { _tag: is_held_back ? "HeldBack" : "Settled" }
}

/** What {@link proceedAll} is told of a step. */
export const stepRow = ({ id, lease, decision }: Step): LeadRow => ({
  id,
  json: stringify(decision === undefined ? { id, lease } : { id, lease, ...decisionColumns(decision) }),
})

const decisionColumns = (decision: StoredDecision): { readonly [column: string]: Json } => {
  const { status, decidedWith: decided_with } = decision
  switch (status) {
    case "REJECTED":
      return { status, decided_with, reason: decision.reason, details: decision.details }
    case "FAILED":
      return {
        status,
        decided_with,
        reason: decision.reason,
        details: decision.details,
        normalized: decision.normalized,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
      }
    case "READY":
      return {
        status,
        decided_with,
        details: decision.details,
        normalized: decision.normalized,
        customer: decision.customerPayload,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
      }
  }
}
