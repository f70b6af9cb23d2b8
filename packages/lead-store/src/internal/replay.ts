import type { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import { type Actor, auditParameter, insertAudit } from "../Audit.ts"
import { countStateChanges } from "../Counters.ts"
import { byPartition, partitionName } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { noteChanges } from "./changes.ts"
import { columns, event, state } from "./sql.ts"

/** Leads of one transaction, at most. */
const chunkSize = 500

/** Leads of each state that a transaction reads, at most, however few match: so none takes long. */
const lookSize = 10_000

/** A replay request as it is stored, and which leads it selects. */
export interface StoredRequest {
  /** The operator's name for it. */
  readonly id: string
  /** Its criteria as JSON. Equal criteria are equal as `jsonb`. */
  readonly criteria: string
  /** Only these leads, sorted by id; undefined: any. */
  readonly ids: ReadonlyArray<LeadId> | undefined
  readonly states: ReadonlyArray<LeadState>
  readonly reasons: ReadonlyArray<string> | undefined
  /** ISO 8601, inclusive. */
  readonly receivedFrom: string | undefined
  /** ISO 8601, exclusive. */
  readonly receivedBefore: string | undefined
}

/**
 * Stores a request and audits it, unless it is stored already. False if its name is stored with other criteria.
 */
export const beginReplay = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ criteria, id, ids }: StoredRequest, actor: Actor) {
    const entry = auditParameter({
      actor,
      action: "lead.replay",
      leadId: ids?.length === 1 ? ids[0] : undefined,
      subject: id,
      // Ids, statuses, reasons and times: no value of a lead.
      details: { criteria: JSON.parse(criteria) as JsonObject },
    })
    yield* sql.unsafe(insertRequest, [id, criteria, entry])
    const rows = yield* sql`
      SELECT FROM replay_request WHERE id = ${id} AND criteria = ${criteria}::text::jsonb`
    return rows.length > 0
  }, storeCall("LeadReplay.replay"))

const insertRequest = `
  WITH made AS (
    INSERT INTO replay_request (id, criteria, up_to_id)
    VALUES ($1::text, $2::text::jsonb, (SELECT last_value FROM lead_id_seq)) ON CONFLICT DO NOTHING RETURNING id
  )
  ${insertAudit("$3", "EXISTS (SELECT FROM made)")}`

/**
 * Advances a request by one transaction of at most {@link chunkSize} leads, in the order of their ids. The lock of the
 * request's row serialises concurrent callers.
 */
export const replayChunk = (sql: PgClient.PgClient, segment: () => string) =>
  Effect.fnUntraced(
    function* (request: StoredRequest) {
      const [asked] = yield* sql<AskedRow>`
        SELECT up_to_id, after_id, replayed, completed_at FROM replay_request WHERE id = ${request.id} FOR UPDATE`
      if (asked === undefined || asked.completed_at !== null) {
        return { ids: [], replayed: Number(asked?.replayed ?? 0), isComplete: true }
      }
      const { candidates, reached } = yield* look(sql, request, asked)
      // A lead may have changed before it is locked, so the criteria are checked again.
      const locked = yield* sql.unsafe<LockedRow>(lockWanted, [
        ...filterOf(request),
        columns.int8(candidates),
      ])
      const numbers = yield* readNumbers(sql, locked.map(idOf))
      const ids = [...numbers.keys()]
      const isComplete = reached >= asked.up_to_id
      yield* sql.unsafe(replayLocked, [
        segment(),
        request.id,
        columns.int8(ids),
        columns.int4(ids.map((id) => numbers.get(id)?.delivery_no ?? 0)),
        columns.int4(ids.map((id) => numbers.get(id)?.attempt_no ?? 0)),
        reached,
        isComplete,
      ])
      return { ids, replayed: Number(asked.replayed) + ids.length, isComplete }
    },
    sql.withTransaction,
    storeCall("LeadReplay.replay"),
  )

interface AskedRow {
  readonly up_to_id: bigint
  readonly after_id: bigint
  readonly replayed: bigint
  readonly completed_at: Date | null
}

interface NumbersRow {
  readonly lead_id: bigint
  readonly delivery_no: number
  readonly attempt_no: number
}

type LockedRow = Pick<NumbersRow, "lead_id">

const idOf = ({ lead_id }: LockedRow): LeadId => LeadId.make(Number(lead_id))

/** The parameters $1 to $4 of {@link isWanted}. */
const filterOf = ({ reasons, receivedBefore, receivedFrom, states }: StoredRequest) => [
  columns.text(states),
  reasons === undefined ? null : columns.text(reasons),
  receivedFrom ?? null,
  receivedBefore ?? null,
]

const isWanted = `
  ($2::text[] IS NULL OR reason = ANY ($2::text[]))
  AND ($3::text::timestamptz IS NULL OR received_at >= $3::text::timestamptz)
  AND ($4::text::timestamptz IS NULL OR received_at < $4::text::timestamptz)`

/** The next leads that may match, and the id up to which all have been considered. */
const look = Effect.fnUntraced(function* (sql: PgClient.PgClient, request: StoredRequest, asked: AskedRow) {
  const { after_id, up_to_id } = asked
  if (request.ids !== undefined) {
    const left = request.ids.filter((id) => id > after_id && id <= up_to_id)
    const candidates = left.slice(0, chunkSize)
    return { candidates, reached: left.length > chunkSize ? BigInt(candidates.at(-1) ?? 0) : up_to_id }
  }
  const rows = yield* sql.unsafe<{ candidates: ReadonlyArray<bigint>; reached: bigint }>(lookAround, [
    ...filterOf(request),
    after_id,
    up_to_id,
  ])
  const { candidates, reached } = rows[0] ?? { candidates: [], reached: up_to_id }
  return { candidates: candidates.map(Number), reached }
})

/** Reads a page of each state, by id. Leads beyond the end of any full page are left for the next transaction. */
const lookAround = `
  WITH seen AS MATERIALIZED (
    SELECT wanted.state AS of_state, page.* FROM unnest($1::text[]) AS wanted (state) CROSS JOIN LATERAL (
      SELECT lead_id, reason, received_at FROM settled_lead
      WHERE tenant_id = 1 AND settled_lead.state = wanted.state::lead_state
        AND lead_id > $5::bigint AND lead_id <= $6::bigint
      ORDER BY lead_id LIMIT ${lookSize}
    ) AS page
  ), edge AS (
    SELECT coalesce(min(last), $6::bigint) AS last FROM (
      SELECT max(lead_id) AS last FROM seen GROUP BY of_state HAVING count(*) = ${lookSize}
    ) AS full_page
  ), chunk AS MATERIALIZED (
    SELECT lead_id FROM seen WHERE lead_id <= (SELECT last FROM edge) AND ${isWanted} ORDER BY lead_id LIMIT ${chunkSize}
  )
  SELECT coalesce(array_agg(lead_id ORDER BY lead_id), '{}') AS candidates,
    CASE count(*) WHEN ${chunkSize} THEN max(lead_id) ELSE (SELECT last FROM edge) END AS reached
  FROM chunk`

/** A settled lead that still has work has been delivered, so it never matches. */
const lockWanted = `
  SELECT lead_id FROM settled_lead
  WHERE tenant_id = 1 AND lead_id = ANY ($5::bigint[]) AND state = ANY ($1::text[]::lead_state[]) AND ${isWanted}
  ORDER BY lead_id FOR UPDATE`

/**
 * The number of the next delivery of each lead, and that of its last attempt. Leads with a successful attempt are left
 * out: a late outcome showed that the customer has them.
 */
const readNumbers = Effect.fnUntraced(function* (sql: PgClient.PgClient, ids: ReadonlyArray<LeadId>) {
  const numbers = new Map<LeadId, NumbersRow>()
  for (const [partition, part] of byPartition(ids, (id) => id)) {
    const highest = (table: "decision" | "delivery" | "attempt", column: string) =>
      `(SELECT max(${column}) FROM ${partitionName(table, partition)} AS t WHERE t.lead_id = wanted.lead_id)`
    const rows = yield* sql.unsafe<NumbersRow>(
      `SELECT lead_id, coalesce(greatest(${highest("decision", "delivery_no")}, ${highest("delivery", "delivery_no")}), -1) + 1 AS delivery_no,
         coalesce(${highest("attempt", "attempt_no")}, 0) AS attempt_no
       FROM unnest($1::bigint[]) AS wanted (lead_id)
       WHERE NOT EXISTS (
         SELECT FROM ${partitionName("attempt", partition)} AS t WHERE t.lead_id = wanted.lead_id AND t.success
       )`,
      [columns.int8(part)],
    )
    for (const row of rows) numbers.set(idOf(row), row)
  }
  return numbers
})

/** The event `permanently_failed` is stored, since the row that it is composed of is deleted. */
const replayLocked = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::integer[], $5::integer[]) AS lead (lead_id, delivery_no, attempt_no)
  ), ended AS (
    DELETE FROM settled_lead USING input WHERE settled_lead.lead_id = input.lead_id
    RETURNING input.*, tenant_id, received_at, settled_at, settled_lead.state AS old_state, reason
  ), opened AS (
    INSERT INTO work (lead_id, delivery_no, tenant_id, received_at, attempt_no, uncounted_attempts)
    SELECT lead_id, delivery_no, tenant_id, received_at, attempt_no, attempt_no FROM ended
  ), events AS (
    INSERT INTO lead_event (lead_id, at, type, details)
    SELECT lead_id, at, type, details FROM (
      SELECT lead_id, 1 AS place, settled_at AS at, ${event("permanently_failed")} AS type, json_build_object('reason', reason) AS details
      FROM ended WHERE old_state = ${state("PERMANENTLY_FAILED")}
      UNION ALL
      SELECT lead_id, 2, clock_timestamp(), ${event("replayed")}, json_build_object(
        'request', $2::text, 'from', CASE old_state WHEN ${state("PARKED")} THEN 'FAILED' ELSE old_state::text END, 'reason', reason
      ) FROM ended
    ) AS event ORDER BY lead_id, place
  ), state_changes AS (
    SELECT tenant_id, lead_id, old_state, ${state("RECEIVED")} AS state FROM ended
  ), counted AS (${countStateChanges("state_changes", "$1")}), noted_changes AS (${noteChanges("state_changes")})
  UPDATE replay_request SET
    replayed = replayed + cardinality($3::bigint[]), after_id = $6::bigint,
    completed_at = CASE WHEN $7::boolean THEN now() END
  WHERE id = $2::text`
