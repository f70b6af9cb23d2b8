import { Duration, Effect, Schedule } from "effect"
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Client } from "pg"
import {
  attempt,
  attemptOnDisk,
  type DatabaseAddress,
  type MigrationFailed,
  withClient,
} from "./internal/migrationClient.ts"
import { readMigrations } from "./internal/migrationFile.ts"
import { type LockPatience, step } from "./internal/migrationStep.ts"
import { type MigrationState, numberOf, schemaFit, type SchemaTooNew, tooNewFor } from "./SchemaFit.ts"

export { type DatabaseAddress, MigrationFailed } from "./internal/migrationClient.ts"
export { type MigrationState, type SchemaFit, schemaFit, SchemaTooNew } from "./SchemaFit.ts"

/**
 * The database's schema, changed by the SQL files of `migrations/`.
 *
 * Apps call {@link up} when they start, unless they are to wait for an operator; one process at a time does the work (an
 * advisory lock), the others wait for it. Operators use the same functions through the `migrate` command. The work is
 * done by node-pg-migrate, each migration in a transaction of its own that waits for locks in small portions, so that
 * other processes go on working meanwhile. Why, and the rules for those who write migrations: `docs/decisions/`.
 */
export interface Options {
  /** Whose schema. It must be reached without a pooler that hands connections out by transaction. */
  readonly connection: DatabaseAddress
  /** The folder that holds the SQL files. */
  readonly directory: string
  /** How a migration waits for a lock: 2 s at a time, for 5 minutes in all, by default. */
  readonly locks?: LockPatience
}

/**
 * Applies what is missing; returns the names of what was applied, oldest first. A schema that is newer is left as it
 * is when this version can work with it, which is logged; else it fails with {@link SchemaTooNew}.
 */
export const up = (options: Options): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, "up", Number.POSITIVE_INFINITY)

/**
 * Reverts the newest `count` migrations, 1 by default; returns their names. Fails with {@link SchemaTooNew} when
 * there is a migration that this version does not know: only a version that does can revert it.
 */
export const down = (
  options: Options & { readonly count?: number },
): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, "down", options.count ?? 1)

/**
 * Waits until the schema is one that this version can work with: until somebody has run {@link up}. Looks once a
 * second, changes nothing, and logs what it waits for.
 */
export const wait = (options: Options): Effect.Effect<void, MigrationFailed | SchemaTooNew> =>
  Effect.gen(function* () {
    const look = Effect.map(status(options), schemaFit)
    let fit = yield* look
    if (fit._tag === "Behind") {
      yield* Effect.logInfo(`waiting for \`migrate up\`: the database lacks ${fit.missing.join(", ")}`)
    }
    while (fit._tag === "Behind") fit = yield* Effect.delay(look, Duration.seconds(1))
    if (fit._tag === "SchemaTooNew") return yield* fit
    if (fit._tag === "Newer") yield* logNewer(fit)
  })

/** What the folder and the database have, oldest first. Changes nothing. */
export const status = (options: Options): Effect.Effect<ReadonlyArray<MigrationState>, MigrationFailed> =>
  withClient(options.connection, (client) => states(client, options.directory))

/** Writes an empty migration `NNNN_name.sql` with both sections, NNNN being the next number; returns its path. */
export const create = (directory: string, name: string): Effect.Effect<string, MigrationFailed> =>
  Effect.flatMap(readMigrations(directory), (files) => {
    const number = 1 + numberOf(files.at(-1)?.name ?? "0")
    const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["migration"]
    const path = join(directory, `${String(number).padStart(4, "0")}_${words.join("_")}.sql`)
    return Effect.as(
      attemptOnDisk(() => writeFile(path, "-- Up Migration\n\n\n-- Down Migration\n\n", { flag: "wx" })),
      path,
    )
  })

const migrationsTable = "schema_migration"
const compatibilityTable = "schema_compatibility"

/**
 * Sets what this session relies on, whatever is stored with the role or the database. A process that is cut off while
 * it migrates loses its locks after a minute. The times of migrations are stored without a zone.
 */
const session = `
  SET timezone = 'UTC';
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = 0;
  SET lock_timeout = 0;
  SET idle_in_transaction_session_timeout = '1min';
  SET enable_seqscan = on;
  SET enable_hashjoin = on;
  SET enable_mergejoin = on;`

/**
 * Reads and changes the schema under one lock, which ends with the connection: a process that waited for another sees
 * what that one did.
 */
const run = (options: Options, direction: "up" | "down", count: number) =>
  withClient(options.connection, (client) =>
    Effect.gen(function* () {
      const { connection, directory, locks = usualLocks } = options
      yield* attempt(() => client.query(session))
      yield* lock(client)
      const found = yield* states(client, directory)
      const fit = schemaFit(found)
      if (fit._tag === "SchemaTooNew") return yield* fit
      if (direction === "down" && found.some(({ known }) => !known)) return yield* tooNewFor(found)
      if (fit._tag === "Newer") yield* logNewer(fit)
      yield* attempt(() => client.query(createCompatibility))

      const next = () =>
        step({ client, connection, directory, direction, migrationsTable, compatibilityTable, locks })
      const done: Array<string> = []
      while (done.length < count) {
        const name = yield* Effect.mapError(next(), (error) =>
          done.length === 0 ? error : error.saying(`${error.message} (done before: ${done.join(", ")})`),
        )
        if (name === undefined) break
        done.push(name)
      }
      return done
    }),
  )

/**
 * Waits for its turn by asking again: a waiting statement would hold a snapshot, and building an index concurrently
 * waits for every older snapshot.
 */
const lock = (client: Client) =>
  attempt(async () => {
    const sql = `SELECT pg_try_advisory_lock(${PG_MIGRATE_LOCK_ID}) AS locked`
    return (await client.query<{ locked: boolean }>(sql)).rows[0]?.locked === true
  }).pipe(Effect.repeat({ until: (locked) => locked, schedule: Schedule.spaced(Duration.millis(100)) }))

const usualLocks: LockPatience = { timeout: Duration.seconds(2), patience: Duration.minutes(5) }

/** Logs that this version goes on with a schema that has more than it knows. */
const logNewer = ({ unknown }: { readonly unknown: ReadonlyArray<string> }): Effect.Effect<void> =>
  Effect.logInfo(
    `the database is newer than this version, which can work with it: it has ${unknown.join(", ")}`,
  )

const createCompatibility = `
  CREATE TABLE IF NOT EXISTS ${compatibilityTable} (migration text PRIMARY KEY, requires integer NOT NULL)`

const states = Effect.fnUntraced(function* (client: Client, directory: string) {
  const files = yield* readMigrations(directory)
  const applied = yield* attempt(() => appliedMigrations(client))
  const unknown = [...applied.keys()].filter((name) => !files.some((file) => file.name === name))
  return [...files, ...unknown.map((name) => ({ name, requires: undefined }))].map(
    ({ name, requires: written }): MigrationState => {
      const row = applied.get(name)
      const requires = row === undefined ? written : (row.requires ?? undefined)
      return {
        name,
        appliedAt: row?.applied_at ?? null,
        known: !unknown.includes(name),
        ...(requires !== undefined && { requires }),
      }
    },
  )
})

interface AppliedRow {
  readonly name: string
  readonly applied_at: Date
  readonly requires: number | null
}

/** A database that was never migrated lacks both tables, one of a former version the second. */
const appliedMigrations = async (client: Client): Promise<ReadonlyMap<string, AppliedRow>> => {
  const exists = async (table: string) => {
    const sql = "SELECT to_regclass($1) IS NOT NULL AS exists"
    return (await client.query<{ exists: boolean }>(sql, [table])).rows[0]?.exists === true
  }
  if (!(await exists(migrationsTable))) return new Map()
  const requirement = (await exists(compatibilityTable))
    ? `(SELECT requires FROM ${compatibilityTable} WHERE migration = name)`
    : "NULL::integer"
  const { rows } = await client.query<AppliedRow>(
    `SELECT name, run_on AT TIME ZONE 'UTC' AS applied_at, ${requirement} AS requires
     FROM ${migrationsTable} ORDER BY id`,
  )
  return new Map(rows.map((row) => [row.name, row]))
}
