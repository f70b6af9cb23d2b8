/** Which leads a replay request selects, in SQL. */
import type { PgClient } from "@effect/sql-pg"
import type { LeadState } from "@lead-gateway/lead"
import { Effect } from "effect"
import { storeCall } from "../StoreError.ts"
import { columns } from "./sql.ts"

/** Which leads a request selects. */
export interface Selection {
  /** Only these leads, sorted by id; undefined: any. */
  readonly ids: ReadonlyArray<number> | undefined
  readonly states: ReadonlyArray<LeadState>
  readonly reasons: ReadonlyArray<string> | undefined
  /** ISO 8601, inclusive. */
  readonly receivedFrom: string | undefined
  /** ISO 8601, exclusive. */
  readonly receivedBefore: string | undefined
}

/** The parameters $1 to $4 of {@link isWanted}. */
export const filterOf = ({ reasons, receivedBefore, receivedFrom, states }: Selection) => [
  columns.text(states),
  reasons === undefined ? null : columns.text(reasons),
  receivedFrom ?? null,
  receivedBefore ?? null,
]

/** A condition on a row of `settled_lead` that has one of the states of $1. */
export const isWanted = `
  ($2::text[] IS NULL OR reason = ANY ($2::text[]))
  AND ($3::text::timestamptz IS NULL OR received_at >= $3::text::timestamptz)
  AND ($4::text::timestamptz IS NULL OR received_at < $4::text::timestamptz)`

const newest = "(SELECT last_value FROM lead_id_seq)"

/** A subquery: how many leads are selected, with the parameters of {@link filterOf}, and $5 if there are `ids`. */
export const matching = (selection: Selection): string => `(
  SELECT count(*) FROM settled_lead
  WHERE tenant_id = 1 AND state = ANY ($1::text[]::lead_state[]) AND lead_id <= ${newest} AND ${isWanted}
    ${selection.ids === undefined ? "" : "AND lead_id = ANY ($5::bigint[])"}
)`

/** The parameters of {@link matching}: four or five. */
export const matchingParameters = (selection: Selection) => [
  ...filterOf(selection),
  ...(selection.ids === undefined ? [] : [columns.int8(selection.ids)]),
]

/** Counts the leads that a request selects now. */
export const countMatching = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (selection: Selection) {
    const rows = yield* sql.unsafe<{ matched: number }>(
      `SELECT ${matching(selection)}::float8 AS matched`,
      matchingParameters(selection),
    )
    return rows[0]?.matched ?? 0
  }, storeCall("LeadReplay.count"))
