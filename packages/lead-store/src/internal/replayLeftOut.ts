/** Why leads that a replay request names are not replayed, in SQL. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { storeCall } from "../StoreError.ts"
import { filterOf, isWanted, type Selection } from "./replaySelection.ts"
import { columns, event, state } from "./sql.ts"

/** How many of the leads that a request names are left out, by the reason. */
export interface LeftOut {
  /** The customer has them, and the request does not say `evenIfDelivered`. */
  readonly delivered: number
  /** They are under way, or wait for a retry. */
  readonly inFlight: number
  /** There is no such lead, or retention has removed it. */
  readonly notFound: number
  /** They do not meet the criteria, or changed meanwhile, or the customer turned out to have them. */
  readonly other: number
}

/**
 * Counts the named leads that a request leaves out: of a request that was made, those that it has not replayed; of one that
 * is only counted, those that it does not select now. Undefined if it names none.
 */
export const countLeftOut = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (selection: Selection, request: string | undefined) {
    if (selection.ids === undefined) return undefined
    const [row] = yield* sql.unsafe<LeftOut>(request === undefined ? ofDryRun : ofRequest, [
      ...filterOf(selection),
      columns.int8(selection.ids),
      ...(request === undefined ? [] : [request]),
    ])
    return row
  }, storeCall("LeadReplay.leftOut"))

const counting = (isIncluded: string): string => `
  SELECT
    count(*) FILTER (WHERE NOT is_at_work AND NOT is_wanted_state AND state = ${state("DELIVERED")})::float8 AS "delivered",
    count(*) FILTER (WHERE is_at_work)::float8 AS "inFlight",
    count(*) FILTER (WHERE NOT is_at_work AND state IS NULL)::float8 AS "notFound",
    count(*) FILTER (WHERE NOT is_at_work AND (is_wanted_state OR state <> ${state("DELIVERED")}))::float8 AS "other"
  FROM (
    SELECT asked.lead_id, state, coalesce(state = ANY ($1::text[]::lead_state[]), false) AS is_wanted_state,
      coalesce(state = ANY ($1::text[]::lead_state[]) AND ${isWanted}, false) AS is_selected,
      EXISTS (SELECT FROM work WHERE work.lead_id = asked.lead_id) AS is_at_work
    FROM unnest($5::bigint[]) AS asked (lead_id)
    LEFT JOIN settled_lead ON settled_lead.lead_id = asked.lead_id AND tenant_id = 1
  ) AS named WHERE NOT (${isIncluded})`

const ofDryRun = counting("is_selected")

const ofRequest = counting(`EXISTS (
  SELECT FROM lead_event
  WHERE lead_event.lead_id = named.lead_id AND type = ${event("replayed")} AND details->>'request' = $6::text
)`)
