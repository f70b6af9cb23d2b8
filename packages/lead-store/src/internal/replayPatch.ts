/** Patches of payloads: what a parked lead is decided on after an operator has changed it. */
import type { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { isJsonObject, type JsonObject, mergePatch, stringify } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import type { Actor } from "../Audit.ts"
import { partitionName, partitionOf } from "../Partitions.ts"
import { storableText, storedJson } from "../storable.ts"
import { columns } from "./sql.ts"

/** A merge patch that Postgres can store, and who made it. */
export interface Patch {
  readonly json: JsonObject
  readonly by: Actor
}

/** Whether the request is stored without a patch, or with an equal one: numbers are compared by their value. */
export const isPatchOf = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (request: string, patch: Patch) {
    const rows = yield* sql<{ equal: boolean }>`
      SELECT patch::jsonb = ${stringify(patch.json)}::text::jsonb AS equal FROM lead_patch WHERE request_id = ${request}`
    return rows[0]?.equal ?? true
  })

/**
 * Stores what the lead is decided on from the delivery `deliveryNo` on: its payload with its earlier patches and this one.
 * In the transaction that replays the lead.
 */
export const storePatch = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (request: string, { by, json }: Patch, leadId: LeadId, deliveryNo: number) {
    const rows = yield* sql.unsafe<{ payload: string }>(
      `SELECT coalesce(
         (SELECT payload FROM lead_patch WHERE lead_id = $1::bigint ORDER BY delivery_no DESC LIMIT 1),
         (SELECT raw_payload FROM ${partitionName("lead", partitionOf(leadId))} WHERE id = $1::bigint)
       )::text AS payload`,
      [leadId],
    )
    const before = storedJson(rows[0]?.payload ?? "{}")
    const after = mergePatch(isJsonObject(before) ? before : {}, json)
    yield* sql`
      INSERT INTO lead_patch (lead_id, delivery_no, request_id, operator, via, patch, payload)
      VALUES (
        ${leadId}::bigint, ${deliveryNo}::integer, ${request}::text, ${storableText(by.name)}::text, ${by.via}::text,
        ${stringify(json)}::text::json, ${stringify(after)}::text::json
      )`
  })

/** The payloads of those leads that have a patch, as JSON texts. */
export const patchedPayloads = (sql: PgClient.PgClient, ids: ReadonlyArray<number>) =>
  Effect.map(
    sql.unsafe<{ lead_id: bigint; payload: string }>(
      `SELECT DISTINCT ON (lead_id) lead_id, payload::text AS payload FROM lead_patch
       WHERE lead_id = ANY ($1::bigint[]) ORDER BY lead_id, delivery_no DESC`,
      [columns.int8(ids)],
    ),
    (rows): ReadonlyMap<bigint, string> => new Map(rows.map(({ lead_id, payload }) => [lead_id, payload])),
  )
