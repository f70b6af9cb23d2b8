/**
 * Runs one migration, up or down, without blocking others for long.
 *
 * All other statements on a table queue behind one that waits for an exclusive lock on it. So a migration waits for a
 * lock for a short time only, lets the others go on, and tries again.
 */
import { Duration, Effect, Schedule } from "effect"
import { runner, type RunnerOption } from "node-pg-migrate"
import type { Client } from "pg"
import { attempt, type DatabaseAddress, type MigrationFailed, withClient } from "./migrationClient.ts"
import { ignorePattern, strategies } from "./migrationFile.ts"

/** The options of a step. */
export interface StepOptions {
  /** The connection that holds the advisory lock of migrations. */
  readonly client: Client
  readonly connection: DatabaseAddress
  readonly directory: string
  readonly direction: NonNullable<RunnerOption["direction"]>
  /** The table of applied migrations, which node-pg-migrate writes. */
  readonly migrationsTable: string
  /** The table of requirements. */
  readonly compatibilityTable: string
  readonly locks: LockPatience
}

/** How a migration waits for locks. */
export interface LockPatience {
  /** How long one statement, and all that queue behind it, waits for a lock; a whole number of milliseconds. */
  readonly timeout: Duration.Duration
  /** How long to retry the migration, with pauses of 0.5 s, doubling up to 5 s. */
  readonly patience: Duration.Duration
}

/** Runs the next migration; returns its name, or undefined if there is none. */
export const step = Effect.fnUntraced(function* (options: StepOptions) {
  const { client, connection, locks } = options
  let current: string | undefined
  let wait: string | undefined
  let logged = false

  const run = attempt(async () => {
    const done = await runner({
      count: 1,
      direction: options.direction,
      dbClient: client,
      dir: options.directory,
      ignorePattern,
      migrationsTable: options.migrationsTable,
      migrationLoaderStrategies: strategies({
        began: (name) => (current = name),
        lockTimeoutMillis: Duration.toMillis(locks.timeout),
        compatibilityTable: options.compatibilityTable,
      }),
      noLock: true,
      singleTransaction: true,
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    })
    return done[0]?.name
  })

  const process = yield* attempt(async () => {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
    return rows[0]?.pid ?? 0
  })
  const look = lockWaitOf(connection, process).pipe(
    Effect.tap((seen) => Effect.sync(() => (wait = seen ?? wait))),
    Effect.delay(Duration.times(locks.timeout, 0.5)),
    Effect.ignore,
    Effect.andThen(Effect.never),
  )

  return yield* Effect.raceFirst(run, look).pipe(
    Effect.tapError((error) => {
      if (!isLock(error) || logged) return Effect.void
      logged = true
      return Effect.logWarning(`migration ${current} could not get ${wait ?? "a lock"}; trying again`)
    }),
    Effect.retry({
      schedule: Schedule.upTo(pauses, { duration: locks.patience }),
      while: isLock,
    }),
    Effect.mapError((error) => {
      if (current === undefined) return error
      const tried = isLock(error)
        ? `could not get ${wait ?? "a lock"}, tried for ${Duration.format(locks.patience)}: `
        : ""
      return error.withMessage(`${current}: ${tried}${error.message}`)
    }),
  )
})

const ignore = () => {}

/** Whether a lock was not granted in time, or Postgres ended this statement to resolve a deadlock. */
const isLock = ({ sqlState }: MigrationFailed): boolean => sqlState === "55P03" || sqlState === "40P01"

const pauses = Schedule.min([
  Schedule.exponential(Duration.millis(500)),
  Schedule.spaced(Duration.seconds(5)),
])

/**
 * Describes the lock that a connection waits for now and its holder, such as
 * `AccessExclusiveLock on lead, held by process 4711 ("psql", idle in transaction for 00:10:42)`. Undefined if it waits
 * for none. Queried on another connection. Statements of other processes are not shown.
 */
const lockWaitOf = (address: DatabaseAddress, process: number) =>
  withClient(address, (client) =>
    Effect.map(
      attempt(() => client.query<{ lock: string; holders: string | null }>(question, [process])),
      ({ rows: [wait] }) =>
        wait === undefined
          ? undefined
          : `${wait.lock}${wait.holders === null ? "" : `, held by ${wait.holders}`}`,
    ),
  )

const question = `
  SELECT mode || ' on ' || coalesce(relation::regclass::text, locktype) AS lock,
    (SELECT string_agg(
       format('process %s ("%s", %s for %s)', pid, application_name, state, date_trunc('second', now() - xact_start)),
       ' and ')
     FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(waiting.pid))) AS holders
  FROM pg_locks AS waiting WHERE pid = $1 AND NOT granted LIMIT 1`
