import type { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import { type Actor, auditParameter, insertAudit } from "../Audit.ts"
import { countStateChanges } from "../Counters.ts"
import { byPartition, partitionName } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { noteChanges } from "./changes.ts"
import { isPatchOf, type Patch, storePatch } from "./replayPatch.ts"
import { filterOf, isWanted, matching, matchingParameters, type Selection } from "./replaySelection.ts"
import { columns, event, state } from "./sql.ts"
import { countOnTimeline } from "./timeline.ts"

/** Leads of one transaction, at most. */
const chunkSize = 500

/** Leads of each state that a transaction reads, at most, however few match: so none takes long. */
const lookSize = 10_000

/** A replay request as it is stored, and which leads it selects. */
export interface StoredRequest extends Selection {
  /** The operator's name for it. */
  readonly id: string
  /** Its criteria as JSON. Equal criteria are equal as `jsonb`. */
  readonly criteria: string
  /** Of a request that names one parked lead. */
  readonly patch: Patch | undefined
}

/**
 * Stores a request and audits it, unless it is stored already. Returns how many leads met its criteria when it was stored;
 * undefined if its name is stored with other criteria, or another patch.
 */
export const beginReplay = (sql: PgClient.PgClient) => {
  const isPatch = isPatchOf(sql)
  return Effect.fnUntraced(
    function* (request: StoredRequest, actor: Actor) {
      const { criteria, id, ids, patch } = request
      const isStored = Effect.map(
        sql<{ matched: number | null }>`
        SELECT matched::float8 AS matched FROM replay_request WHERE id = ${id} AND criteria = ${criteria}::text::jsonb`,
        (rows) => rows[0],
      )
      if ((yield* isStored) === undefined) {
        const entry = auditParameter({
          actor,
          action: patch === undefined ? "lead.replay" : "lead.patch",
          leadId: ids?.length === 1 ? (ids[0] as LeadId) : undefined,
          subject: id,
          // Ids, statuses, reasons and times: no value of a lead.
          details: { criteria: JSON.parse(criteria) as JsonObject },
        })
        const parameters = matchingParameters(request)
        yield* sql.unsafe(insertRequest(request, parameters.length), [...parameters, id, criteria, entry])
      }
      const stored = yield* isStored
      if (stored === undefined || (patch !== undefined && !(yield* isPatch(id, patch)))) return undefined
      return stored.matched
    },
    storeCall("LeadReplay.replay", countPatience),
  )
}

/** Counting millions of leads takes seconds. */
const countPatience = Duration.seconds(25)

const insertRequest = (selection: Selection, before: number): string => `
  WITH made AS (
    INSERT INTO replay_request (id, criteria, up_to_id, matched)
    VALUES ($${before + 1}::text, $${before + 2}::text::jsonb, (SELECT last_value FROM lead_id_seq), ${matching(selection)})
    ON CONFLICT DO NOTHING RETURNING id
  )
  ${insertAudit(`$${before + 3}`, "EXISTS (SELECT FROM made)")}`

/**
 * Advances a request by one transaction of at most {@link chunkSize} leads, in the order of their ids. The lock of the
 * request's row serialises concurrent callers.
 */
export const replayChunk = (sql: PgClient.PgClient, segment: () => string) => {
  const store = storePatch(sql)
  return Effect.fnUntraced(
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
      const numbers = yield* readNumbers(sql, locked.map(idOf), request.states.includes("DELIVERED"))
      const ids = [...numbers.keys()]
      if (request.patch !== undefined) {
        for (const [leadId, { delivery_no }] of numbers)
          yield* store(request.id, request.patch, leadId, delivery_no)
      }
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
}

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

/** A settled lead that still has work was delivered by a late success, and its last attempt is open: it is left alone. */
const lockWanted = `
  SELECT lead_id FROM settled_lead
  WHERE tenant_id = 1 AND lead_id = ANY ($5::bigint[]) AND state = ANY ($1::text[]::lead_state[]) AND ${isWanted}
    AND NOT EXISTS (SELECT FROM work WHERE work.lead_id = settled_lead.lead_id)
  ORDER BY lead_id FOR UPDATE`

/**
 * The number of the next delivery of each lead, and that of its last attempt. Unless delivered leads are wanted, leads with
 * a successful attempt are left out: a late outcome showed that the customer has them.
 */
const readNumbers = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  ids: ReadonlyArray<LeadId>,
  evenIfDelivered: boolean,
) {
  const numbers = new Map<LeadId, NumbersRow>()
  for (const [partition, part] of byPartition(ids, (id) => id)) {
    const highest = (table: "decision" | "delivery" | "attempt", column: string) =>
      `(SELECT max(${column}) FROM ${partitionName(table, partition)} AS t WHERE t.lead_id = wanted.lead_id)`
    const rows = yield* sql.unsafe<NumbersRow>(
      `SELECT lead_id, coalesce(greatest(${highest("decision", "delivery_no")}, ${highest("delivery", "delivery_no")}), -1) + 1 AS delivery_no,
         coalesce(${highest("attempt", "attempt_no")}, 0) AS attempt_no
       FROM unnest($1::bigint[]) AS wanted (lead_id)
       WHERE $2::boolean OR NOT EXISTS (
         SELECT FROM ${partitionName("attempt", partition)} AS t WHERE t.lead_id = wanted.lead_id AND t.success
       )`,
      [columns.int8(part), evenIfDelivered],
    )
    for (const row of rows) numbers.set(idOf(row), row)
  }
  return numbers
})

/** The events `permanently_failed` and `delivered` are stored, since the row that they are composed of is deleted. */
const replayLocked = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::integer[], $5::integer[]) AS lead (lead_id, delivery_no, attempt_no)
  ), ended AS (
    DELETE FROM settled_lead USING input WHERE settled_lead.lead_id = input.lead_id
    RETURNING input.*, tenant_id, received_at, settled_at, settled_lead.state AS old_state, reason, clock_timestamp() AS at
  ), opened AS (
    INSERT INTO work (lead_id, delivery_no, tenant_id, received_at, attempt_no, uncounted_attempts)
    SELECT lead_id, delivery_no, tenant_id, received_at, attempt_no, attempt_no FROM ended
  ), events AS (
    INSERT INTO lead_event (lead_id, at, type, details)
    SELECT lead_id, at, type, details FROM (
      SELECT lead_id, 1 AS place, settled_at AS at, ${event("permanently_failed")} AS type, json_build_object('reason', reason) AS details
      FROM ended WHERE old_state = ${state("PERMANENTLY_FAILED")}
      UNION ALL
      SELECT lead_id, 1, settled_at, ${event("delivered")}, '{}'::json FROM ended WHERE old_state = ${state("DELIVERED")}
      UNION ALL
      SELECT lead_id, 2, at, ${event("replayed")}, json_build_object(
        'request', $2::text, 'from', CASE old_state WHEN ${state("PARKED")} THEN 'FAILED' ELSE old_state::text END, 'reason', reason
      ) FROM ended
    ) AS event ORDER BY lead_id, place
  ), state_changes AS (
    SELECT tenant_id, lead_id, old_state, ${state("RECEIVED")} AS state, received_at, at FROM ended
  ), counted AS (${countStateChanges("state_changes", "$1")}), noted_changes AS (${noteChanges("state_changes")}),
  on_timeline AS (${countOnTimeline("state_changes")})
  UPDATE replay_request SET
    replayed = replayed + cardinality($3::bigint[]), after_id = $6::bigint,
    completed_at = CASE WHEN $7::boolean THEN now() END
  WHERE id = $2::text`
