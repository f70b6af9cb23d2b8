import type { PgClient } from "@effect/sql-pg"
import type { Statement } from "effect/sql"

/**
 * The condition that a column is one of the ids of a batch, the CTE `input` or `due`, however Postgres plans and
 * whatever it knows of the tables. It finds rows by the array; by the range it looks into no partition but theirs
 * (an array does not tell it which those are).
 *
 * The ends of the range are asked of the CTE, never told by parameters: Postgres 18.4 damages its memory when it
 * has left out partitions by a parameter and then must look again at a row that somebody else has just changed.
 */
export const idsOf = (
  sql: PgClient.PgClient,
  column: "lead.id" | "attempt.lead_id",
  cte: "due" | "input" = "input",
): Statement.Fragment =>
  sql.literal(
    `${column} = ANY (ARRAY (SELECT id FROM ${cte}))` +
      ` AND ${column} BETWEEN (SELECT min(id) FROM ${cte}) AND (SELECT max(id) FROM ${cte})`,
  )

/**
 * Whether the newest attempt of `lead` has no outcome. Not an EXISTS: Postgres may answer that by reading
 * every attempt there is.
 */
export const lastAttemptIsOpen = (sql: PgClient.PgClient): Statement.Fragment => sql`
  COALESCE((
    SELECT attempt.ended_at IS NULL FROM delivery_attempt AS attempt
    WHERE attempt.lead_id = lead.id AND attempt.attempt_no = lead.attempt_count
  ), false)`
