import type { PgClient } from "@effect/sql-pg"
import {
  LeadId,
  type LeadState,
  type LeadStatus,
  openStates,
  RejectionReason,
  settledStates,
  statusOf,
} from "@lead-gateway/lead"
import { Effect } from "effect"
import type { LeadSummary } from "../LeadHistory.ts"
import type { LeadPayload, RecentOptions } from "../LeadReader.ts"
import { byPartition, partitionName } from "../Partitions.ts"
import { isTableMissing } from "../StoreError.ts"
import * as columns from "./columns.ts"

interface SummaryRow {
  readonly lead_id: bigint
  readonly received_at: Date
  readonly state: LeadState
  readonly reason: string | null
}

/** Reads a page of a list: the newest leads first, of the narrow tables alone. */
export const readNewest =
  (sql: PgClient.PgClient) =>
  ({ before, limit, status }: RecentOptions) =>
    Effect.map(sql.unsafe<SummaryRow>(newest(status), [before ?? Number.MAX_SAFE_INTEGER, limit]), (rows) =>
      rows.map(summary),
    )

/** Reads what leads came with, in the order of the ids. A lead whose partition has gone meanwhile is left out. */
export const readPayloads = (sql: PgClient.PgClient) =>
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
 * Two walks down an index, one of what has settled and one of what is still open, merged. A lead whose attempt is open
 * although it has ended is in both tables, and listed as settled: its work is in no open state.
 *
 * The walk through the work ends where the settled page does, so that it does not step over the dead rows of work that
 * was done long ago.
 */
const newest = (status: LeadStatus | undefined): string => {
  const within = (states: ReadonlyArray<LeadState>) => {
    const wanted = states.filter((state) => status === undefined || statusOf(state) === status)
    return wanted.length === 0 ? "false" : `state IN (${wanted.map((state) => `'${state}'`).join(", ")})`
  }
  // Without a status all settled leads are wanted: no condition, so that the index is the primary key.
  const ofSettled = status === undefined ? "true" : within(settledStates)
  return `
    WITH settled AS MATERIALIZED (
      SELECT lead_id, received_at, state, reason FROM settled_lead
      WHERE tenant_id = 1 AND ${ofSettled} AND lead_id < $1::bigint ORDER BY lead_id DESC LIMIT $2::integer
    ), open AS (
      SELECT DISTINCT ON (lead_id) lead_id, received_at, state, NULL AS reason FROM work
      WHERE tenant_id = 1 AND ${within(openStates)} AND lead_id < $1::bigint
        AND lead_id > coalesce((SELECT min(lead_id) FROM settled HAVING count(*) = $2::integer), 0)
      ORDER BY lead_id DESC LIMIT $2::integer
    )
    SELECT lead_id, received_at, state::text AS state, reason FROM (TABLE settled UNION ALL TABLE open) AS newest
    ORDER BY lead_id DESC LIMIT $2::integer`
}

const summary = (row: SummaryRow): LeadSummary => ({
  id: LeadId.make(Number(row.lead_id)),
  receivedAt: row.received_at,
  status: statusOf(row.state),
  rejectionReason: row.reason === null ? null : RejectionReason.make(row.reason),
})
