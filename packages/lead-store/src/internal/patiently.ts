import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Runs statements that may take minutes, in a transaction: the connections' `statement_timeout` is made for the path of
 * a delivery. For maintenance.
 */
export const patiently =
  (sql: PgClient.PgClient) =>
  <A, E, R>(statements: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    sql.withTransaction(Effect.andThen(sql`SET LOCAL statement_timeout = '10min'`, statements))
