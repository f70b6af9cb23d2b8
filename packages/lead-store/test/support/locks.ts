/** Transactions that hold locks, and statements that wait for them. */
import { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Fiber } from "effect"
import type { SqlError } from "effect/sql"
import { setTimeout } from "node:timers/promises"

/** Runs a statement in a transaction of its own, which stays open until the returned effect ends it. */
export const holdOpen = Effect.fnUntraced(function* (
  statement: (sql: PgClient.PgClient) => Effect.Effect<unknown, SqlError.SqlError>,
) {
  const sql = yield* PgClient.PgClient
  const begun = yield* Deferred.make<void>()
  const over = yield* Deferred.make<void>()
  const transaction = yield* statement(sql).pipe(
    Effect.andThen(Deferred.succeed(begun, undefined)),
    Effect.andThen(Deferred.await(over)),
    sql.withTransaction,
    Effect.forkScoped,
  )
  yield* Deferred.await(begun)
  return Effect.andThen(Deferred.succeed(over, undefined), Fiber.join(transaction))
})

/** Waits, in real time, until so many statements of this database wait for a lock. */
export const lockWaiters = (count: number) =>
  PgClient.PgClient.use((sql) =>
    sql<{ waiting: bigint }>`
      SELECT count(*) AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
      // Postgres and the statements have something else to do meanwhile.
      Effect.tap(({ 0: row }) =>
        row?.waiting === BigInt(count) ? Effect.void : Effect.promise(() => setTimeout(5)),
      ),
      Effect.repeat({ until: (rows) => rows[0]?.waiting === BigInt(count) }),
    ),
  )

/** Cuts the connections of this database that wait for a lock. */
export const cutLockWaiters = PgClient.PgClient.use(
  (sql) => sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`,
)
