import { PgClient } from "@effect/sql-pg"
import { Context, Deferred, Duration, Effect, Layer, Option, Schedule } from "effect"
import * as Migrations from "./Migrations.ts"
import { maintainPartitions } from "./Partitions.ts"
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
  /** False: wait until somebody has run `migrate up`, and change nothing. True unless given. */
  readonly migrateOnStart?: boolean
  /** Shown by Postgres in `pg_stat_activity`. */
  readonly applicationName: string
}

/** What a pool needs. */
type PoolOptions = Pick<LeadDatabaseOptions, "connection" | "pool" | "applicationName">

/**
 * The connection to Postgres and the state of its schema.
 *
 * It does not wait for Postgres: the layer is there at once, `ready` waits until the schema is migrated, and
 * a process may answer "not ready" meanwhile. Used by the apps; the store's services take the `PgClient`
 * that this layer brings too.
 */
export class LeadDatabase extends Context.Service<
  LeadDatabase,
  {
    /**
     * Waits until Postgres answers and its schema is one that this version can work with: the one it knows, or a newer
     * one that does not require more. Fails with `SchemaTooNew` if it does. Partitions for the first leads are there
     * then, unless this process may not make them.
     */
    readonly ready: Effect.Effect<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>
    /** Whether `ready` has come, and not failed. */
    readonly isReady: Effect.Effect<boolean>
    /** One round trip to Postgres and back. */
    readonly ping: Effect.Effect<Duration.Duration, StoreError>
    /** The newest migration that is applied, such as `0001_leads`. */
    readonly schemaVersion: Effect.Effect<string, StoreError>
  }
>()("@lead-gateway/lead-store/LeadDatabase") {
  /**
   * Connects, migrates or waits for an operator in the background (trying again while Postgres is not there), and
   * keeps a pool. Each of its connections says how it is to be treated, see {@link sessionSettings}.
   */
  static readonly layer = (options: LeadDatabaseOptions): Layer.Layer<LeadDatabase | PgClient.PgClient> =>
    Layer.effect(LeadDatabase, make(options)).pipe(Layer.provideMerge(pool(options, sessionSettings)))

  /**
   * The pool alone: for an operator's command, which must not migrate. It connects when it is used, and its statements
   * may take as long as they do.
   */
  static readonly pool = (options: PoolOptions): Layer.Layer<PgClient.PgClient> =>
    pool(options, operatorSettings)
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
    // A row may hold a payload three times over; the default would cut long histories off.
    maxMessageSize: 256 * 1024 * 1024,
  }).pipe(Layer.orDie)

const make = Effect.fnUntraced(function* (options: LeadDatabaseOptions) {
  const sql = yield* PgClient.PgClient
  const ready = yield* Deferred.make<void, Migrations.SchemaTooNew | Migrations.MigrationFailed>()

  yield* prepare(options).pipe(
    Effect.tapError((error) =>
      error._tag === "MigrationFailed" && error.unavailable
        ? Effect.logWarning("waiting for Postgres")
        : Effect.void,
    ),
    Effect.retry({
      schedule: whilePostgresStarts,
      while: (error) => error._tag === "MigrationFailed" && error.unavailable,
    }),
    // A lead that comes before its partition is stored all the same, but costs an id. Some may not create tables.
    Effect.andThen(Effect.ignoreCause(Effect.provideService(maintainPartitions, PgClient.PgClient, sql))),
    Effect.onExit((exit) => Deferred.done(ready, exit)),
    Effect.andThen(checkSession(sql)),
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

const prepare = Effect.fnUntraced(function* (options: LeadDatabaseOptions) {
  const schema = { connection: options.connection, directory: options.migrations }
  if (options.migrateOnStart === false) return yield* Migrations.wait(schema)
  const applied = yield* Migrations.up(schema)
  if (applied.length > 0) yield* Effect.logInfo(`migrated: ${applied.join(", ")}`)
})

/** Logs what an operator must do when there is a pooler in between; the README says how. */
const checkSession = (sql: PgClient.PgClient) =>
  differingSettings(sql, sessionSettings).pipe(
    Effect.flatMap((differing) =>
      differing.length === 0
        ? Effect.void
        : Effect.logWarning(
            `a connection has settings other than it was told, store them with its role: ${differing.join(", ")}`,
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

/** For connections of processes. */
export const sessionSettings: Readonly<Record<string, string>> = {
  // Statements rely on it: they lock rows and read them again.
  default_transaction_isolation: "read committed",
  // Acknowledged means committed: to disk, too.
  synchronous_commit: "on",
  // Far above what a statement of the store takes, whose callers wait 10 s: this is for those whose caller is gone.
  statement_timeout: "30s",
  // More than the 2 s for which a migration stands in the way.
  lock_timeout: "5s",
  // A process that hangs must not keep its locks.
  idle_in_transaction_session_timeout: "1min",
  TimeZone: "UTC",
  // One plan, by index, whatever the tables held when it was made: they grow a million times while a process runs.
  enable_seqscan: "off",
  // What is asked for in the order of an index is read in it, not gathered and sorted.
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  // A plan that cannot do without what is off is dear on paper, which alone would have it compiled.
  jit: "off",
}

/** For an operator's command, which may read everything there is. */
export const operatorSettings: Readonly<Record<string, string>> = {
  ...sessionSettings,
  statement_timeout: "0",
}

/** The settings in which a connection differs, each as `jit is on`: a pooler did not pass them on. */
export const differingSettings = (sql: PgClient.PgClient, settings: Readonly<Record<string, string>>) =>
  Effect.map(
    sql<{ name: string; value: string }>`
      SELECT name, current_setting(name) AS value FROM unnest(${Object.keys(settings)}::text[]) AS name`,
    (rows) =>
      rows
        .filter(({ name, value }) => settings[name] !== value)
        .map(({ name, value }) => `${name} is ${value}`),
  )
