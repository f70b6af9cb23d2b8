/**
 * How maintenance runs beside the delivery path: by one process at a time ({@link alone}), with minutes for a statement
 * ({@link patiently}), and with plans that scan tables ({@link planForScans}). Used by retention, partitions and ledger.
 */
import type { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Option } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Runs work under an advisory lock, so that one process at a time does it; none if another process holds the lock.
 *
 * The lock belongs to a transaction on a connection of its own, open while the work runs, so it ends with the connection,
 * also behind a pooler. It holds no snapshot. If the connection breaks, the lock ends before the work does. So the work
 * must be correct when two processes do it; the lock only avoids doing it twice.
 */
export const alone = <A, E, R>(
  sql: PgClient.PgClient,
  name: string,
  work: Effect.Effect<A, E, R>,
): Effect.Effect<Option.Option<A>, E | SqlError.SqlError, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const answered = yield* Deferred.make<boolean, SqlError.SqlError>()
      // The transaction is idle while the work runs, which may take hours.
      yield* sql`SET LOCAL idle_in_transaction_session_timeout = 0`.pipe(
        Effect.andThen(
          sql<{ locked: boolean }>`SELECT pg_try_advisory_xact_lock(hashtext(${name})) AS locked`,
        ),
        Effect.flatMap((rows) => {
          const locked = rows[0]?.locked ?? false
          return Effect.andThen(Deferred.succeed(answered, locked), locked ? Effect.never : Effect.void)
        }),
        sql.withTransaction,
        Effect.catchCause((cause) => Deferred.failCause(answered, cause)),
        Effect.forkScoped,
      )
      return (yield* Deferred.await(answered)) ? Option.some(yield* work) : Option.none()
    }),
  )

/**
 * Runs statements in a transaction, each for up to 10 minutes. The `statement_timeout` of connections is set for
 * deliveries.
 */
export const patiently =
  (sql: PgClient.PgClient) =>
  <A, E, R>(statements: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    sql.withTransaction(Effect.andThen(sql`SET LOCAL statement_timeout = '10min'`, statements))

/**
 * Lets the transaction scan whole tables, for up to 10 minutes. Connections forbid it, since no statement of a delivery
 * may do so.
 */
export const planForScans = (sql: PgClient.PgClient): Effect.Effect<unknown, SqlError.SqlError> =>
  sql`
    SELECT set_config(name, setting, true) FROM unnest(
      ARRAY['statement_timeout', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'work_mem'],
      ARRAY['10min', 'on', 'on', 'on', '64MB']
    ) AS local (name, setting)`
