import type { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import type { SqlError, Statement } from "effect/sql"

/**
 * Runs a statement on leads that nobody else changes meanwhile: they are locked first, in the order of their
 * ids, so that two batches never wait for each other in a circle.
 *
 * A transaction of two statements, not one statement: the second sees every row as it is. Had one statement to
 * wait for a row, Postgres would look at it again when it has changed, and that damages the server's memory
 * where partitions are pruned while the statement runs (18.4: an internal error, or a crash).
 */
export const lockingLeads = <A, E, R>(
  sql: PgClient.PgClient,
  ids: ReadonlyArray<LeadId>,
  statement: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | SqlError.SqlError, R> =>
  sql`SELECT FROM inbound_lead WHERE id = ANY (${ids}::bigint[]) ORDER BY id FOR UPDATE`.pipe(
    Effect.andThen(statement),
    sql.withTransaction,
  )

/**
 * The condition that a column is one of these ids, however Postgres plans and whatever it knows of the tables:
 * it finds rows by the array, and by the range it leaves out all partitions but theirs.
 */
export const isOneOf = (sql: PgClient.PgClient, ids: ReadonlyArray<LeadId>) => {
  const lowest = Math.min(...ids)
  const highest = Math.max(...ids)
  return (column: "lead.id" | "attempt.lead_id"): Statement.Fragment => sql`
    ${sql.literal(column)} = ANY (${ids}::bigint[])
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
