import { PgClient } from "@effect/sql-pg"
import { Context, Deferred, Duration, Effect, Layer, Option, Schedule } from "effect"
import * as Migrations from "./Migrations.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** How to reach Postgres. */
export interface LeadDatabaseOptions {
  readonly connection: Migrations.DatabaseAddress
  readonly pool: {
    readonly maxConnections: number
    /** Kept open while idle. */
    readonly minConnections: number
    /** A connection's age at most; older ones are replaced. */
    readonly connectionTTL: Option.Option<Duration.Duration>
  }
  /** The folder with the SQL migrations. */
  readonly migrations: string
  /** Shown by Postgres in `pg_stat_activity`. */
  readonly applicationName: string
}

/**
 * The connection to Postgres and the state of its schema.
 *
 * It does not wait for Postgres: the layer is there at once, `ready` tells when the schema is migrated, and
 * a process may answer "not ready" meanwhile. Used by the apps; the store's services take the `PgClient`
 * that this layer brings too.
 */
export class LeadDatabase extends Context.Service<
  LeadDatabase,
  {
    /** Waits until Postgres answers and its schema is the one this version knows. Fails if it is newer. */
    readonly ready: Effect.Effect<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>
    /** Whether `ready` has come, and not failed. */
    readonly isReady: Effect.Effect<boolean>
    /** One round trip to Postgres and back. */
    readonly ping: Effect.Effect<Duration.Duration, StoreError>
    /** The newest migration that is applied, such as `0001_leads`. */
    readonly schemaVersion: Effect.Effect<string, StoreError>
  }
>()("@lead-gateway/lead-store/LeadDatabase") {
  /** Connects, migrates in the background (trying again while Postgres is not there), and keeps a pool. */
  static readonly layer = (options: LeadDatabaseOptions): Layer.Layer<LeadDatabase | PgClient.PgClient> =>
    Layer.effect(LeadDatabase, make(options)).pipe(Layer.provideMerge(pool(options)))

  /** The pool alone: for a command that must not migrate. It connects when it is used. */
  static readonly pool = (options: Omit<LeadDatabaseOptions, "migrations">): Layer.Layer<PgClient.PgClient> =>
    pool(options)
}

const pool = (options: Omit<LeadDatabaseOptions, "migrations">) =>
  PgClient.layer({
    ...options.connection,
    maxConnections: options.pool.maxConnections,
    minConnections: options.pool.minConnections,
    connectionTTL: Option.getOrUndefined(options.pool.connectionTTL),
    applicationName: options.applicationName,
    keepAlive: Duration.seconds(30),
    // A row may hold a payload three times over; the default would cut long histories off.
    maxMessageSize: 256 * 1024 * 1024,
  }).pipe(Layer.orDie)

const make = Effect.fnUntraced(function* (options: LeadDatabaseOptions) {
  const sql = yield* PgClient.PgClient
  const ready = yield* Deferred.make<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>()

  yield* Migrations.up({ connection: options.connection, directory: options.migrations }).pipe(
    Effect.tapError((error) =>
      error._tag === "MigrationFailed" && error.unavailable
        ? Effect.logWarning("waiting for Postgres")
        : Effect.void,
    ),
    Effect.retry({
      schedule: whilePostgresStarts,
      while: (error) => error._tag === "MigrationFailed" && error.unavailable,
    }),
    Effect.tap((applied) =>
      applied.length === 0 ? Effect.void : Effect.logInfo(`migrated: ${applied.join(", ")}`),
    ),
    Effect.asVoid,
    Effect.onExit((exit) => Deferred.done(ready, exit)),
    Effect.ignore,
    Effect.forkScoped,
  )

  return LeadDatabase.of({
    ready: Deferred.await(ready),
    isReady: Effect.flatMap(
      Deferred.poll(ready),
      Option.match({ onNone: () => Effect.succeed(false), onSome: Effect.isSuccess }),
    ),
    ping: Effect.map(Effect.timed(storeCall("LeadDatabase.ping")(sql`SELECT 1`)), ([duration]) => duration),
    schemaVersion: Effect.map(
      storeCall("LeadDatabase.schemaVersion")(
        sql<{ name: string }>`SELECT name FROM schema_migration ORDER BY id DESC LIMIT 1`,
      ),
      (rows) => rows[0]?.name ?? "none",
    ),
  })
})

/** 0.1 s, doubling up to 5 s, for ever. */
const whilePostgresStarts = Schedule.min([
  Schedule.exponential(Duration.millis(100)),
  Schedule.spaced(Duration.seconds(5)),
])
