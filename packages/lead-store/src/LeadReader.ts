import { PgClient } from "@effect/sql-pg"
import {
  LeadId,
  LeadState,
  LeadStatus,
  openStates,
  RejectionReason,
  settledStates,
  statusOf,
} from "@lead-gateway/lead"
import { Context, Effect, Layer, type Option } from "effect"
import { type AccountRow, readCounts } from "./Counters.ts"
import { readHistory } from "./internal/readHistory.ts"
import { columns, isOpen } from "./internal/sql.ts"
import type { LeadCounts, LeadHistory, LeadPayload, LeadSummary, RecentOptions } from "./LeadHistory.ts"
import { byPartition, partitionName } from "./Partitions.ts"
import { isTableMissing, type StoreError, storeCall } from "./StoreError.ts"

/**
 * What people ask about leads: how many, which came last, what happened to one. Changes nothing.
 *
 * Each answer costs the same however many leads there are: counts are kept, lists go by id through the narrow tables,
 * payloads and histories are read from the partitions that they are in. Used by the api and by operators' commands.
 */
export class LeadReader extends Context.Service<
  LeadReader,
  {
    /** How many leads are in each status now. */
    readonly counts: Effect.Effect<LeadCounts, StoreError>
    /** The newest leads, newest first. */
    readonly recent: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadSummary>, StoreError>
    /** The payloads of the newest leads as they came, newest first: each the text of a JSON object, without a line feed. */
    readonly payloads: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadPayload>, StoreError>
    /** Everything known of one lead; none for an id that was never given. */
    readonly history: (id: LeadId) => Effect.Effect<Option.Option<LeadHistory>, StoreError>
  }
>()("@lead-gateway/lead-store/LeadReader") {
  static readonly layer: Layer.Layer<LeadReader, never, PgClient.PgClient> = Layer.effect(
    LeadReader,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const newest = readNewest(sql)
      const payloads = readPayloads(sql)
      const history = readHistory(sql)

      return LeadReader.of({
        counts: storeCall("LeadReader.counts")(Effect.map(readCounts(sql), countsOf)),
        recent: (options) => storeCall("LeadReader.recent")(newest(options)),
        payloads: Effect.fnUntraced(function* (options: RecentOptions) {
          return yield* payloads((yield* newest(options)).map(({ id }) => id))
        }, storeCall("LeadReader.payloads")),
        history: (id) => storeCall("LeadReader.history")(history(id)),
      })
    }),
  )
}

const countsOf = (rows: ReadonlyArray<AccountRow>): LeadCounts => {
  const leads = new Map(rows.map((row) => [row.account, row.leads]))
  const inStatus = (status: LeadStatus) =>
    LeadState.literals
      .filter((state) => statusOf(state) === status)
      .reduce((sum, state) => sum + (leads.get(state) ?? 0), 0)
  return Object.fromEntries(LeadStatus.literals.map((status) => [status, inStatus(status)])) as LeadCounts
}

interface SummaryRow {
  readonly lead_id: bigint
  readonly received_at: Date
  readonly state: LeadState
  readonly reason: string | null
}

/** Reads a page of a list: the newest leads first, of the narrow tables alone. */
const readNewest =
  (sql: PgClient.PgClient) =>
  ({ before, limit, status }: RecentOptions) =>
    Effect.map(sql.unsafe<SummaryRow>(newest(status), [before ?? Number.MAX_SAFE_INTEGER, limit]), (rows) =>
      rows.map(summary),
    )

/** Reads what leads came with, in the order of the ids. A lead whose partition has gone meanwhile is left out. */
const readPayloads = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (ids: ReadonlyArray<LeadId>) {
    const found = new Map<number, string>()
    for (const [partition, part] of byPartition(ids, (id) => id)) {
      const rows = yield* sql
        .unsafe<{ id: bigint; json: string }>(
          `SELECT id, raw_payload::text AS json FROM ${partitionName("lead", partition)}
           WHERE tenant_id = 1 AND id = ANY ($1::bigint[])`,
          [columns.int8(part)],
        )
        .pipe(Effect.catchIf(isTableMissing, () => Effect.succeed([])))
      for (const { id, json } of rows) found.set(Number(id), onOneLine(json))
    }
    return ids.flatMap((id): ReadonlyArray<LeadPayload> => {
      const json = found.get(id)
      return json === undefined ? [] : [{ id, json }]
    })
  })

/** The text is kept as it came. In valid JSON a line break is white space: a string has it escaped. */
const onOneLine = (json: string): string => json.replaceAll(/[\r\n]/g, " ")

/**
 * One walk down an index for each state, merged: about as many rows are read as are shown, and one of each state,
 * whatever Postgres knows of the tables. A lead whose attempt is open although it has ended is in both tables, and
 * listed as settled: its work is in no open state.
 *
 * The walks through the work end where the settled page does, so that they do not step over the dead rows of work that
 * was done long ago.
 */
const newest = (status: LeadStatus | undefined): string => {
  const wanted = (state: LeadState) => status === undefined || statusOf(state) === status
  const settled = settledStates.filter(wanted).map(settledWalk)
  const open =
    status === undefined
      ? openStates.map((state) => openWalk(state, isOpen("state")))
      : openStates.filter(wanted).flatMap((state) => openWalks(state))
  return `
    WITH settled AS MATERIALIZED (
      ${[...settled, nothing].join(" UNION ALL ")} ORDER BY lead_id DESC LIMIT $2::integer
    ), open AS (
      SELECT DISTINCT ON (lead_id) * FROM (${[...open, nothing].join(" UNION ALL ")}) AS work
      ORDER BY lead_id DESC LIMIT $2::integer
    )
    SELECT lead_id, received_at, state::text AS state, reason FROM (TABLE settled UNION ALL TABLE open) AS newest
    ORDER BY lead_id DESC LIMIT $2::integer`
}

const settledWalk = (state: LeadState) => `(
  SELECT lead_id, received_at, state, reason FROM settled_lead
  WHERE tenant_id = 1 AND state = '${state}' AND lead_id < $1::bigint ORDER BY lead_id DESC LIMIT $2::integer
)`

const afterSettled = "lead_id > coalesce((SELECT min(lead_id) FROM settled HAVING count(*) = $2::integer), 0)"

const openWalk = (listedAs: LeadState, also: string) => `(
  SELECT lead_id, received_at, state, NULL AS reason FROM work
  WHERE tenant_id = 1 AND listed_as = '${listedAs}' AND lead_id < $1::bigint AND ${afterSettled} AND ${also}
  ORDER BY lead_id DESC LIMIT $2::integer
)`

/**
 * Leads in their first attempt are READY and still listed as RECEIVED. They are the oldest of these, as far as workers
 * have come; no more are looked at than workers can have under way.
 */
const firstAttempts = `(
  SELECT lead_id, received_at, state, NULL AS reason FROM (
    SELECT * FROM work WHERE tenant_id = 1 AND listed_as = 'RECEIVED' ORDER BY lead_id LIMIT 10000
  ) AS oldest WHERE state = 'READY' AND lead_id < $1::bigint ORDER BY lead_id DESC LIMIT $2::integer
)`

const openWalks = (state: LeadState): ReadonlyArray<string> => {
  const walk = openWalk(state, `state = '${state}'`)
  return state === "READY" ? [walk, firstAttempts] : [walk]
}

/** Where there may be no walk at all. */
const nothing = `(
  SELECT NULL::bigint AS lead_id, NULL::timestamptz AS received_at, NULL::lead_state AS state, NULL AS reason WHERE false
)`

const summary = (row: SummaryRow): LeadSummary => ({
  id: LeadId.make(Number(row.lead_id)),
  receivedAt: row.received_at,
  status: statusOf(row.state),
  rejectionReason: row.reason === null ? null : RejectionReason.make(row.reason),
})
