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
import type { LeadHistory, LeadSummary } from "./LeadHistory.ts"
import { byPartition, partitionName } from "./Partitions.ts"
import { isTableMissing, type StoreError, storeCall } from "./StoreError.ts"

/** Leads per status. */
export type LeadCounts = Readonly<Record<LeadStatus, number>>

/** Which page of a list to read. */
export interface RecentOptions {
  /** Leads at most. */
  readonly limit: number
  /** Only leads with a smaller id than this: the last id of the page before. */
  readonly before: LeadId | undefined
  readonly status: LeadStatus | undefined
}

/** What a sender has sent. */
export interface LeadPayload {
  readonly id: LeadId
  readonly json: string
}

/**
 * Reads leads: how many there are, the newest ones, and the history of one. Changes nothing.
 *
 * Each query takes the same time however many leads there are: counts are stored, lists are read by id from the narrow
 * tables, payloads and histories from the partitions that hold them. Used by the api and by operators' commands.
 */
export class LeadReader extends Context.Service<
  LeadReader,
  {
    /** How many leads are in each status now. */
    readonly counts: Effect.Effect<LeadCounts, StoreError>
    /** The newest leads, newest first. */
    readonly recent: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadSummary>, StoreError>
    /** The payloads of the newest leads as received, newest first: the text of a JSON object each, on one line. */
    readonly payloads: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadPayload>, StoreError>
    /** The payloads of these leads, in the same form. One whose partition retention has dropped is left out. */
    readonly payloadsOf: (ids: ReadonlyArray<LeadId>) => Effect.Effect<ReadonlyArray<LeadPayload>, StoreError>
    /** Everything about one lead; none if there is no such lead. */
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
        payloadsOf: (ids) => storeCall("LeadReader.payloadsOf")(payloads(ids)),
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

/** Reads a page of a list, the newest leads first, from the narrow tables alone. */
const readNewest =
  (sql: PgClient.PgClient) =>
  ({ before, limit, status }: RecentOptions) =>
    Effect.map(sql.unsafe<SummaryRow>(newest(status), [before ?? Number.MAX_SAFE_INTEGER, limit]), (rows) =>
      rows.map(summary),
    )

/** Reads payloads in the order of the ids. A lead whose partition was dropped meanwhile is left out. */
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

/** The text is otherwise kept as received. In valid JSON a raw line break is white space: strings escape it. */
const onOneLine = (json: string): string => json.replaceAll(/[\r\n]/g, " ")

/**
 * Merges one index scan for each state: about as many rows are read as are returned, and one more for each state,
 * whatever statistics Postgres has. A lead that has ended while an attempt is open is in both tables, and listed as
 * settled: its work is in no open state.
 *
 * The scans of `work` end where the settled page ends, so that they do not read dead rows of work done long ago.
 */
const newest = (status: LeadStatus | undefined): string => {
  const wanted = (state: LeadState) => status === undefined || statusOf(state) === status
  const settled = settledStates.filter(wanted).map(settledScan)
  const open =
    status === undefined
      ? openStates.map((state) => openScan(state, isOpen("state")))
      : openStates.filter(wanted).flatMap((state) => openScans(state))
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

const settledScan = (state: LeadState) => `(
  SELECT lead_id, received_at, state, reason FROM settled_lead
  WHERE tenant_id = 1 AND state = '${state}' AND lead_id < $1::bigint ORDER BY lead_id DESC LIMIT $2::integer
)`

const afterSettled = "lead_id > coalesce((SELECT min(lead_id) FROM settled HAVING count(*) = $2::integer), 0)"

const openScan = (listedAs: LeadState, also: string) => `(
  SELECT lead_id, received_at, state, NULL AS reason FROM work
  WHERE tenant_id = 1 AND listed_as = '${listedAs}' AND lead_id < $1::bigint AND ${afterSettled} AND ${also}
  ORDER BY lead_id DESC LIMIT $2::integer
)`

/**
 * Leads in their first attempt are READY and still listed as RECEIVED, so that opening an attempt need not change the
 * index. They are the oldest of that list; the limit is above what workers can have under way.
 */
const firstAttempts = `(
  SELECT lead_id, received_at, state, NULL AS reason FROM (
    SELECT * FROM work WHERE tenant_id = 1 AND listed_as = 'RECEIVED' ORDER BY lead_id LIMIT 10000
  ) AS oldest WHERE state = 'READY' AND lead_id < $1::bigint ORDER BY lead_id DESC LIMIT $2::integer
)`

const openScans = (state: LeadState): ReadonlyArray<string> => {
  const scan = openScan(state, `state = '${state}'`)
  return state === "READY" ? [scan, firstAttempts] : [scan]
}

/** An empty scan, for a status that selects none. */
const nothing = `(
  SELECT NULL::bigint AS lead_id, NULL::timestamptz AS received_at, NULL::lead_state AS state, NULL AS reason WHERE false
)`

const summary = (row: SummaryRow): LeadSummary => ({
  id: LeadId.make(Number(row.lead_id)),
  receivedAt: row.received_at,
  status: statusOf(row.state),
  rejectionReason: row.reason === null ? null : RejectionReason.make(row.reason),
})
