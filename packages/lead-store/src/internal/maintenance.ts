/**
 * How work beside the delivery path runs: retention, partitions, the ledger. One process at a time ({@link alone}), with
 * minutes for a statement ({@link patiently}), and with plans that scan tables ({@link planForScans}).
 */
import type { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Option } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Does work that one process at a time should do; nothing while another does it.
 *
 * The lock belongs to a transaction that stays open meanwhile, on a connection of its own: it ends with that connection,
 * also behind a pooler. It holds no snapshot. A connection that is cut frees the lock early, so the work must be correct
 * with two processes at it; the lock only saves doing it twice.
 */
export const alone = <A, E, R>(
  sql: PgClient.PgClient,
  name: string,
  work: Effect.Effect<A, E, R>,
): Effect.Effect<Option.Option<A>, E | SqlError.SqlError, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const answered = yield* Deferred.make<boolean, SqlError.SqlError>()
      // The transaction is idle while the work goes on, which may be for hours.
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
 * Runs statements that may take minutes, in a transaction: the connections' `statement_timeout` is made for the path of
 * a delivery. For maintenance.
 */
export const patiently =
  (sql: PgClient.PgClient) =>
  <A, E, R>(statements: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    sql.withTransaction(Effect.andThen(sql`SET LOCAL statement_timeout = '10min'`, statements))

/** These statements scan whole tables, which no statement in the delivery path may do. */
export const planForScans = (sql: PgClient.PgClient): Effect.Effect<unknown, SqlError.SqlError> =>
  sql`
    SELECT set_config(name, setting, true) FROM unnest(
      ARRAY['statement_timeout', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'work_mem'],
      ARRAY['10min', 'on', 'on', 'on', '64MB']
    ) AS local (name, setting)`
