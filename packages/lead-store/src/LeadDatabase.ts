import { PgClient } from "@effect/sql-pg"
import { Context, Deferred, Duration, Effect, Layer, Option, Schedule } from "effect"
import { serverOf } from "./internal/migrationClient.ts"
import * as Migrations from "./Migrations.ts"
import { maintainPartitions } from "./Partitions.ts"
import { readMigrations } from "./internal/migrationFile.ts"
import { isTableMissing, type StoreError, storeCall } from "./StoreError.ts"
import { watchWrites, writeHealthOf } from "./WriteHealth.ts"

/** How to reach Postgres. */
export interface LeadDatabaseOptions {
  readonly connection: Migrations.DatabaseAddress
  readonly pool: {
    readonly maxConnections: number
    /** Kept open while idle. */
    readonly minConnections: number
    /** The age at which a connection is replaced. */
    readonly connectionTTL: Option.Option<Duration.Duration>
  }
  /** The folder with the SQL migrations. */
  readonly migrations: string
  /** False: change nothing and wait until somebody has run `migrate up`. True by default. */
  readonly migrateOnStart?: boolean
  /** Shown by Postgres in `pg_stat_activity`. Names that begin with `lead-gateway` keep `Migrations.down` from working. */
  readonly applicationName: string
}

/** The options of a pool alone. */
export type PoolOptions = Pick<LeadDatabaseOptions, "connection" | "pool" | "applicationName">

/**
 * The connection to Postgres and the state of its schema.
 *
 * The layer does not wait for Postgres: `ready` waits until the schema is migrated, and a process may answer "not ready"
 * meanwhile. Used by the apps. The layer also provides the `PgClient` of the store's services.
 */
export class LeadDatabase extends Context.Service<
  LeadDatabase,
  {
    /**
     * Waits until Postgres answers and its schema is one that this version can work with: the one it knows, or a newer
     * one that requires no newer version; otherwise fails with `SchemaTooNew`. Partitions for the first leads exist then,
     * unless this process lacks the right to create them.
     */
    readonly ready: Effect.Effect<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>
    /** Whether `ready` has succeeded. */
    readonly isReady: Effect.Effect<boolean>
    /** Why Postgres refuses writes, such as `disk full`, by what the last ones met; none while it accepts them. */
    readonly refusal: Effect.Effect<Option.Option<string>>
    /** The time of one round trip to Postgres. */
    readonly ping: Effect.Effect<Duration.Duration, StoreError>
    /** The newest migration that is applied, such as `0001_leads`. */
    readonly schemaVersion: Effect.Effect<string, StoreError>
    /** The migrations of this version that the database lacks, oldest first; known also before `ready`. */
    readonly pendingMigrations: Effect.Effect<ReadonlyArray<string>, StoreError>
    /** How long the last write of leads or of their work took, or has taken so far; none before the first. */
    readonly writeLatency: Effect.Effect<Option.Option<Duration.Duration>>
  }
>()("@lead-gateway/lead-store/LeadDatabase") {
  /**
   * In the background, connects and migrates, or waits for an operator to do so; retries while Postgres is not available.
   * Keeps a pool, whose connections have {@link sessionSettings}.
   */
  static readonly layer = (options: LeadDatabaseOptions): Layer.Layer<LeadDatabase | PgClient.PgClient> =>
    Layer.effect(LeadDatabase, make(options)).pipe(Layer.provideMerge(pool(options, sessionSettings)))

  /**
   * The pool alone: for an operator's command, which must not migrate. It connects when it is used. Its statements have
   * no time-out.
   */
  static readonly pool = (options: PoolOptions): Layer.Layer<PgClient.PgClient> =>
    pool(options, operatorSettings)

  /** A pool for statements that only read, with the settings of {@link layer} otherwise. It connects when it is used. */
  static readonly readPool = (options: PoolOptions): Layer.Layer<PgClient.PgClient> =>
    pool(options, readSettings)
}

const pool = (options: PoolOptions, settings: Readonly<Record<string, string>>) =>
  PgClient.layer({
    ...options.connection,
    maxConnections: options.pool.maxConnections,
    minConnections: options.pool.minConnections,
    connectionTTL: Option.getOrUndefined(options.pool.connectionTTL),
    applicationName: options.applicationName,
    startupParameters: settings,
    keepAlive: Duration.seconds(30),
    // A row of a history may hold a payload three times, which is more than the default permits.
    maxMessageSize: 256 * 1024 * 1024,
  }).pipe(Layer.orDie)

const make = Effect.fnUntraced(function* (options: LeadDatabaseOptions) {
  const sql = yield* PgClient.PgClient
  const ready = yield* Deferred.make<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>()

  yield* prepare(options).pipe(
    Effect.tapError((error) =>
      error._tag === "MigrationFailed" && error.unavailable
        ? Effect.logWarning(`waiting for Postgres at ${serverOf(options.connection)}: ${error.message}`)
        : Effect.void,
    ),
    Effect.retry({
      schedule: whilePostgresStarts,
      while: (error) => error._tag === "MigrationFailed" && error.unavailable,
    }),
    // Not required: intake creates a missing partition, at the cost of an id. The role may lack the right to do so.
    Effect.andThen(Effect.ignoreCause(Effect.provideService(maintainPartitions, PgClient.PgClient, sql))),
    Effect.onExit((exit) => Deferred.done(ready, exit)),
    Effect.andThen(checkSession(sql)),
    Effect.ignore,
    Effect.forkScoped,
  )

  const health = writeHealthOf(sql)
  yield* Effect.forkScoped(watchWrites(sql))

  return LeadDatabase.of({
    ready: Deferred.await(ready),
    isReady: Effect.flatMap(
      Deferred.poll(ready),
      Option.match({ onNone: () => Effect.succeed(false), onSome: Effect.isSuccess }),
    ),
    refusal: Effect.sync(() => Option.fromUndefinedOr(health.refusal())),
    ping: Effect.map(Effect.timed(storeCall("LeadDatabase.ping")(sql`SELECT 1`)), ([duration]) => duration),
    schemaVersion: Effect.map(
      storeCall("LeadDatabase.schemaVersion")(
        sql<{ name: string }>`SELECT name FROM schema_migration ORDER BY id DESC LIMIT 1`,
      ),
      (rows) => rows[0]?.name ?? "none",
    ),
    pendingMigrations: storeCall("LeadDatabase.pendingMigrations")(
      missingMigrations(sql, options.migrations),
    ),
    writeLatency: Effect.sync(() => Option.map(Option.fromUndefinedOr(health.latencyMs()), Duration.millis)),
  })
})

/** The migrations of a folder that are not applied. A database that was never migrated has no table of them. */
const missingMigrations = (sql: PgClient.PgClient, directory: string) =>
  Effect.gen(function* () {
    // Read and checked when the process has started.
    const files = yield* Effect.orDie(readMigrations(directory))
    const applied = yield* sql<{ name: string }>`SELECT name FROM schema_migration`.pipe(
      Effect.catchIf(isTableMissing, () => Effect.succeed([])),
    )
    return files.map(({ name }) => name).filter((file) => !applied.some(({ name }) => name === file))
  })

const prepare = Effect.fnUntraced(function* (options: LeadDatabaseOptions) {
  const schema = { connection: options.connection, directory: options.migrations }
  if (options.migrateOnStart === false) return yield* Migrations.wait(schema)
  const applied = yield* Migrations.up(schema)
  if (applied.length > 0) yield* Effect.logInfo(`migrated: ${applied.join(", ")}`)
})

/** Warns an operator if a pooler does not pass the settings on. The README describes what to do. */
const checkSession = (sql: PgClient.PgClient) =>
  differingSettings(sql, sessionSettings).pipe(
    Effect.flatMap((differing) =>
      differing.length === 0
        ? Effect.void
        : Effect.logWarning(
            `a connection has settings other than requested; store them with its role: ${differing.join(", ")}`,
          ),
    ),
    Effect.catchTag("SqlError", ({ reason: { cause } }) =>
      Effect.logWarning(`the pool cannot connect: ${cause instanceof Error ? cause.message : String(cause)}`),
    ),
  )

/** 0.1 s, doubling up to 5 s, for ever. */
const whilePostgresStarts = Schedule.min([
  Schedule.exponential(Duration.millis(100)),
  Schedule.spaced(Duration.seconds(5)),
])

/**
 * The settings of every connection of a process, whatever is stored with the database or the role. Values are written as
 * Postgres shows them, so that {@link differingSettings} can compare.
 */
export const sessionSettings: Readonly<Record<string, string>> = {
  // Statements rely on it: they lock rows and then read their newest version.
  default_transaction_isolation: "read committed",
  // An acknowledged lead is committed to disk.
  synchronous_commit: "on",
  // Callers wait 10 s and cancel; this ends statements whose process is gone.
  statement_timeout: "30s",
  // More than the 2 s for which a migration may block others.
  lock_timeout: "5s",
  // A process that hangs loses its locks.
  idle_in_transaction_session_timeout: "1min",
  TimeZone: "UTC",
  // Always plan by index: a plan made on small tables must still be good when they have grown a million times.
  enable_seqscan: "off",
  // Rows wanted in the order of an index are read in that order, without a sort.
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  // A plan that must use a disabled method has a huge estimated cost, for which alone it would be compiled.
  jit: "off",
}

/** The settings of an operator's connection, which may scan whole tables: no statement time-out. */
const operatorSettings: Readonly<Record<string, string>> = {
  ...sessionSettings,
  statement_timeout: "0",
}

/** A server that has become a primary must refuse what reads should not do. */
const readSettings: Readonly<Record<string, string>> = {
  ...sessionSettings,
  default_transaction_read_only: "on",
}

/** The settings that a connection has with other values, each as `jit is on`: a pooler did not pass them on. */
export const differingSettings = (sql: PgClient.PgClient, settings: Readonly<Record<string, string>>) =>
  Effect.map(
    sql<{ name: string; value: string }>`
      SELECT name, current_setting(name) AS value FROM unnest(${Object.keys(settings)}::text[]) AS name`,
    (rows) =>
      rows
        .filter(({ name, value }) => settings[name] !== value)
        .map(({ name, value }) => `${name} is ${value}`),
  )
