import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { partitionOf, partitionSize } from "../Partitions.ts"
import { isOpen } from "./sql.ts"

/** How many leads stand somewhere: an account is a state, or `TOTAL`. */
export interface AccountRow {
  readonly account: string
  readonly leads: number
}

/**
 * Counts every lead by its rows, at one moment. Three scans without a join keep the moment short: while it lasts,
 * Postgres cannot vacuum what workers leave. Only inside a transaction.
 */
export const countLeads = (sql: PgClient.PgClient) =>
  Effect.andThen(planForWalks(sql), sql.unsafe<AccountRow>(accounts, []))

/**
 * Counts the leads that neither have work left nor have settled, and rows of work or of settled leads whose lead is
 * missing: each at a moment of its own, a range of leads in a statement.
 */
export const countStranded = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const [newest] = yield* sql<{ id: bigint }>`SELECT last_value AS id FROM lead_id_seq`
  const last = partitionOf(Number(newest?.id ?? 0))
  let leads = 0
  for (let partition = 0; partition <= last; partition++) {
    const end = partition < last ? (partition + 1) * partitionSize : Number.MAX_SAFE_INTEGER
    const walk = sql.unsafe<{ leads: number }>(stranded(partition * partitionSize, end), [])
    const [row] = yield* sql.withTransaction(Effect.andThen(planForWalks(sql), walk))
    leads += row?.leads ?? 0
  }
  return leads
})

/** These statements scan whole tables, which no statement in the delivery path may do. */
const planForWalks = (sql: PgClient.PgClient): Effect.Effect<unknown, SqlError.SqlError> =>
  sql`
    SELECT set_config(name, setting, true) FROM unnest(
      ARRAY['statement_timeout', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'work_mem'],
      ARRAY['10min', 'on', 'on', 'on', '64MB']
    ) AS local (name, setting)`

/**
 * A lead's own row is wide, so only its index is counted; its tenant is in its narrow row. Work of a lead that has ended
 * is not counted, and of several pieces of work only the last.
 */
const accounts = `
  WITH open AS (
    SELECT DISTINCT ON (lead_id) tenant_id, state FROM work
    WHERE ${isOpen("state")} ORDER BY lead_id, delivery_no DESC
  ), standing AS MATERIALIZED (
    SELECT tenant_id, state, count(*) AS leads FROM settled_lead GROUP BY tenant_id, state
    UNION ALL
    SELECT tenant_id, state, count(*) FROM open GROUP BY tenant_id, state
  ), entry AS (
    SELECT 'TOTAL' AS account, (SELECT count(*) FROM lead) AS leads
    UNION ALL
    SELECT 'TOTAL', -leads FROM standing WHERE tenant_id <> 1
    UNION ALL
    SELECT state::text, leads FROM standing WHERE tenant_id = 1
    UNION ALL
    SELECT unnest(ARRAY['TOTAL', account]), leads FROM sealed_count WHERE tenant_id = 1
  )
  SELECT account, sum(leads)::float8 AS leads FROM entry GROUP BY account`

/** The bounds are literals, so that Postgres reads no other partition. */
const stranded = (start: number, end: number): string => {
  const range = (table: string, id: string) =>
    `SELECT ${id} AS id FROM ${table} WHERE ${id} >= ${start} AND ${id} < ${end}`
  return `
    SELECT count(*)::float8 AS leads
    FROM (${range("lead", "id")}) AS lead
    FULL JOIN (${range("settled_lead", "lead_id")} UNION ${range("work", "lead_id")}) AS standing USING (id)
    WHERE lead.id IS NULL OR standing.id IS NULL`
}
