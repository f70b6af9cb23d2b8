import type { PgClient } from "@effect/sql-pg"
import type { Statement } from "effect/sql"
import type { LeadRow } from "./LeadRow.ts"

/**
 * The condition that a column is one of the ids of a batch, which is the CTE `input`, however Postgres plans and
 * whatever it knows of the tables. It finds rows by the array; by the range, whose ends it is told, it opens and
 * locks no partition but theirs.
 */
export const idsOf = (sql: PgClient.PgClient, batch: ReadonlyArray<LeadRow>) => {
  const ids = batch.map(({ id }) => id)
  const lowest = Math.min(...ids)
  const highest = Math.max(...ids)
  return (column: "lead.id" | "attempt.lead_id"): Statement.Fragment => sql`
    ${sql.literal(column)} = ANY (ARRAY (SELECT id FROM input))
    AND ${sql.literal(column)} BETWEEN ${lowest}::bigint AND ${highest}::bigint`
}

/**
 * Whether the newest attempt of `lead` has no outcome. Not an EXISTS: Postgres may answer that by reading
 * every attempt there is.
 */
export const lastAttemptIsOpen = (sql: PgClient.PgClient): Statement.Fragment => sql`
  COALESCE((
    SELECT attempt.ended_at IS NULL FROM delivery_attempt AS attempt
    WHERE attempt.lead_id = lead.id AND attempt.attempt_no = lead.attempt_count
  ), false)`
