/** What the watch of a replica asks both servers, each by a connection of its own: one that waits for no other statement. */
import { PgClient } from "@effect/sql-pg"
import { Context, type Duration, Effect, Layer, type Scope } from "effect"
import { LeadDatabase, type PoolOptions } from "../LeadDatabase.ts"
import { type StoreError, storeCall, StoreUnavailable } from "../StoreError.ts"
import { within } from "./cancelApart.ts"
import type { PrimaryLevel, ReplicaLevel } from "./replicaLag.ts"

/** What the primary says, and which database it has. */
export interface PrimaryAnswer extends PrimaryLevel {
  readonly database: string
}

/** What the server says that should be a replica. */
export interface ReplicaAnswer extends ReplicaLevel {
  readonly database: string
  /** Whether it replays the log of a primary. */
  readonly isInRecovery: boolean
}

/** A client of its own for the scope. */
export const clientOf = (options: PoolOptions): Effect.Effect<PgClient.PgClient, never, Scope.Scope> =>
  Effect.map(Layer.build(LeadDatabase.readPool(options)), (context) =>
    Context.get(context, PgClient.PgClient),
  )

/** Two, since one that does not answer is still being cancelled when the server is asked again. */
export const forQuestions = { maxConnections: 2, minConnections: 0 }

/** A cluster and a database in it: a replica has those of its primary. */
const database = "system_identifier::text || '/' || current_database() AS database"

/** Asks the primary; undefined if it is none itself. */
export const askPrimary = (
  sql: PgClient.PgClient,
  patience: Duration.Duration,
): Effect.Effect<PrimaryAnswer | undefined, StoreError> =>
  Effect.suspend(() => {
    // Before it answers: it may have written more since.
    const atMs = performance.now()
    return Effect.map(
      ask<{ readonly database: string; readonly position: number | null; readonly clock_ms: number }>(
        sql,
        `SELECT ${database}, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock_ms,
          CASE WHEN NOT pg_is_in_recovery() THEN (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::float8 END AS position
        FROM pg_control_system()`,
        patience,
      ),
      ({ clock_ms: clockMs, database, position }) =>
        position === null ? undefined : { database, position, clockMs, atMs },
    )
  })

/** Asks the replica. */
export const askReplica = (
  sql: PgClient.PgClient,
  patience: Duration.Duration,
): Effect.Effect<ReplicaAnswer, StoreError> =>
  Effect.map(
    ask<{
      readonly database: string
      readonly is_in_recovery: boolean
      readonly position: number | null
      readonly committed_ms: number | null
    }>(
      sql,
      `SELECT ${database}, pg_is_in_recovery() AS is_in_recovery,
        (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::float8 AS position,
        (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::float8 AS committed_ms
      FROM pg_control_system()`,
      patience,
    ),
    (row) => ({
      database: row.database,
      isInRecovery: row.is_in_recovery,
      position: row.position,
      committedMs: row.committed_ms,
    }),
  )

const ask = <Row extends object>(sql: PgClient.PgClient, statement: string, patience: Duration.Duration) =>
  Effect.flatMap(within(patience, storeCall("ReadReplica.ask")(sql.unsafe<Row>(statement, []))), ([row]) =>
    row === undefined ? Effect.fail(noAnswer) : Effect.succeed(row),
  )

const noAnswer = new StoreUnavailable({ operation: "ReadReplica.ask" })
