import type { PgClient } from "@effect/sql-pg"
import type { LeadId, LeadState } from "@lead-gateway/lead"
import { isJsonObject } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { byPartition, partitionName } from "../Partitions.ts"
import { isTableMissing } from "../StoreError.ts"
import type { ClaimedWork } from "../Work.ts"
import { storedJson } from "../storable.ts"
import { patchedPayloads } from "./replayPatch.ts"
import { columns } from "./sql.ts"

/** A row of `work` that was leased just now. */
export interface LeasedRow {
  readonly lead_id: bigint
  readonly delivery_no: number
  readonly state: LeadState
  readonly attempt_no: number
  readonly attempt_is_open: boolean
  readonly attempt_is_probe: boolean
  readonly uncounted_attempts: number
  readonly internal_failures: number
  readonly unseen_attempt: boolean
  /** Seconds since the first attempt that counts; null before. */
  readonly age: number | null
  /** Seconds since the lead was received. */
  readonly received_age: number
  readonly lane: number
  readonly due_at: Date
  /** False if it was snoozed instead. */
  readonly is_leased: boolean
}

/** The stored documents of a lead, or of one of its deliveries. */
interface StoredRow {
  readonly lead_id: bigint
  readonly delivery_no: number | null
  readonly correlation_id: string
  readonly traceparent: string | null
  /** Of an undecided lead. */
  readonly payload: string | null
  readonly idempotency_key: string | null
  readonly body: string | null
  /** Whether the documents before it are so large that its own was not read. */
  readonly too_much: boolean
}

/** Reads the documents of leased work, in the order of the rows. Work whose documents cannot be read is `Unreadable`. */
export const readClaimed = (
  sql: PgClient.PgClient,
  rows: ReadonlyArray<LeasedRow>,
  lease: string,
): Effect.Effect<ReadonlyArray<ClaimedWork>, SqlError.SqlError> =>
  Effect.gen(function* () {
    const stored = new Map<string, StoredRow>()
    for (const [partition, part] of byPartition(rows, (row) => Number(row.lead_id) as LeadId)) {
      const reading = Effect.catchIf(readPartition(sql, partition, part), isTableMissing, () => noRows)
      for (const row of yield* reading) stored.set(keyOf(row.lead_id, row.delivery_no), row)
    }
    const patched = yield* readPatched(sql, rows)
    for (const [leadId, payload] of patched) {
      const before = stored.get(keyOf(leadId, null))
      if (before !== undefined && !before.too_much) stored.set(keyOf(leadId, null), { ...before, payload })
    }
    return rows.map((row) =>
      claimedWork(row, stored.get(keyOf(row.lead_id, isUndecided(row) ? null : row.delivery_no)), lease),
    )
  })

/** The context that the api has stored with the lead, where it records traces; else the sender's own header. */
const traceparent = `coalesce(source_headers ->> '[traceparent]', source_headers ->> 'traceparent') AS traceparent`

/** The payloads that operators have patched: only leads that were replayed may have one. */
const readPatched = (sql: PgClient.PgClient, rows: ReadonlyArray<LeasedRow>) => {
  const ids = rows.flatMap((row) => (row.delivery_no > 0 && isUndecided(row) ? [Number(row.lead_id)] : []))
  return ids.length === 0 ? noPatches : patchedPayloads(sql, ids)
}

const noPatches = Effect.succeed<ReadonlyMap<bigint, string>>(new Map())

const noRows = Effect.succeed<ReadonlyArray<StoredRow>>([])

const isUndecided = ({ state }: LeasedRow) => state === "RECEIVED"

/** By delivery as well: beside its new work, a lead may have an old delivery with an open attempt. */
const keyOf = (leadId: bigint, deliveryNo: number | null) => `${leadId} ${deliveryNo}`

/**
 * How many bytes of documents a claim reads from a partition, and the first document however large: 250 payloads of a
 * megabyte, parsed, can take gigabytes of memory.
 */
const maxBytes = 4 * 1024 * 1024

/** Whether so much is read before a document that it is not. */
const tooMuch = (document: string, order: string) =>
  `coalesce(sum(octet_length(${document})) OVER (ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > ${maxBytes}, false)`

/** Leads and deliveries are read by separate statements, so that each is one index scan. */
const readPartition = (sql: PgClient.PgClient, partition: number, rows: ReadonlyArray<LeasedRow>) => {
  const lead = partitionName("lead", partition)
  const delivery = partitionName("delivery", partition)
  const undecided = rows.filter(isUndecided)
  const decided = rows.filter((row) => !isUndecided(row))
  const ids = (part: ReadonlyArray<LeasedRow>) => columns.int8(part.map((row) => Number(row.lead_id)))
  const leads = sql.unsafe<StoredRow>(
    `SELECT lead_id, NULL AS delivery_no, correlation_id, traceparent, CASE WHEN NOT too_much THEN payload END AS payload,
       NULL AS idempotency_key, NULL AS body, too_much
     FROM (
       SELECT id AS lead_id, correlation_id, ${traceparent}, raw_payload::text AS payload,
         ${tooMuch("raw_payload::text", "id")} AS too_much
       FROM ${lead} WHERE id = ANY ($1::bigint[])
     ) AS leads`,
    [ids(undecided)],
  )
  const deliveries = sql.unsafe<StoredRow>(
    `SELECT lead_id, delivery_no, correlation_id, traceparent, NULL AS payload, idempotency_key,
       CASE WHEN NOT too_much THEN body END AS body, too_much
     FROM (
       SELECT lead.id AS lead_id, wanted.delivery_no, correlation_id, ${traceparent},
         idempotency_key::text, delivery.payload::text AS body,
         ${tooMuch("delivery.payload::text", "wanted.lead_id, wanted.delivery_no")} AS too_much
       FROM unnest($1::bigint[], $2::integer[]) AS wanted (lead_id, delivery_no)
       JOIN ${lead} AS lead ON lead.id = wanted.lead_id
       LEFT JOIN ${delivery} AS delivery ON delivery.lead_id = wanted.lead_id AND delivery.delivery_no = wanted.delivery_no
     ) AS deliveries`,
    [ids(decided), columns.int4(decided.map((row) => row.delivery_no))],
  )
  if (decided.length === 0) return leads
  if (undecided.length === 0) return deliveries
  return Effect.zipWith(leads, deliveries, (a, b) => [...a, ...b])
}

const claimedWork = (row: LeasedRow, stored: StoredRow | undefined, lease: string): ClaimedWork => {
  const claimed = {
    leadId: Number(row.lead_id) as LeadId,
    deliveryNo: row.delivery_no,
    lease,
    attemptNo: row.attempt_no,
    uncountedAttempts: row.uncounted_attempts,
    internalFailures: row.internal_failures,
    unseenAttempt: row.unseen_attempt,
    receivedAgeMs: row.received_age * 1000,
    ageMs: row.age === null ? undefined : row.age * 1000,
    correlationId: stored?.correlation_id ?? "",
    traceparent: stored?.traceparent ?? undefined,
    characters: (stored?.payload ?? stored?.body ?? "").length,
  }
  if (row.attempt_is_open) return { _tag: "LostAttempt", ...claimed, isProbe: row.attempt_is_probe }
  if (stored?.too_much === true) return { _tag: "TooMuch", ...claimed }
  const { body, idempotency_key: idempotencyKey, payload } = stored ?? {}
  if (typeof body === "string" && typeof idempotencyKey === "string") {
    return { _tag: "Due", ...claimed, idempotencyKey, body }
  }
  const parsed = typeof payload === "string" ? storedJson(payload) : undefined
  return isJsonObject(parsed)
    ? { _tag: "Undecided", ...claimed, payload: parsed }
    : { _tag: "Unreadable", ...claimed }
}
