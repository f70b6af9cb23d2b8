import { Effect } from "effect"
import { PG_MIGRATE_LOCK_ID, runner, type RunnerOption } from "node-pg-migrate"
import { readdir, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import type { Client } from "pg"
import type { DatabaseAddress } from "./DatabaseAddress.ts"
import { attempt, attemptOnDisk, withClient } from "./internal/migrationClient.ts"
import { type MigrationFailed, SchemaTooNew } from "./MigrationError.ts"

export type { DatabaseAddress } from "./DatabaseAddress.ts"
export { MigrationFailed, SchemaTooNew } from "./MigrationError.ts"

/**
 * The database's schema, moved by the SQL files of `migrations/`.
 *
 * Every app calls {@link up} when it starts; one process at a time does the work (an advisory lock), the
 * others wait for it. Operators use the same functions through the `migrate` command. The work is done by
 * node-pg-migrate; why is told in `docs/decisions/`.
 */
export interface Options {
  /** Whose schema. */
  readonly connection: DatabaseAddress
  /** The folder that holds the SQL files. */
  readonly directory: string
}

/** One migration of the folder or of the database, oldest first in lists. */
export interface MigrationState {
  readonly name: string
  /** When it was applied here; null when it has not been. */
  readonly appliedAt: Date | null
  /** False for a migration that the database has and this version's folder has not. */
  readonly known: boolean
}

/** Applies what is missing; returns the names of what was applied. */
export const up = (options: Options): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, { direction: "up", count: Number.POSITIVE_INFINITY })

/** Takes back the newest `count` migrations, 1 by default; returns their names. */
export const down = (
  options: Options & { readonly count?: number },
): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> => {
  const { count = 1 } = options
  // node-pg-migrate would take back everything for 0.
  return count < 1 ? Effect.succeed([]) : run(options, { direction: "down", count })
}

/** What the folder and the database have, oldest first. Changes nothing. */
export const status = (options: Options): Effect.Effect<ReadonlyArray<MigrationState>, MigrationFailed> =>
  withClient(options.connection, (client) => states(client, options.directory))

/** Writes an empty migration `NNNN_name.sql` with both sections, NNNN being the next number; returns its path. */
export const create = (directory: string, name: string): Effect.Effect<string, MigrationFailed> =>
  Effect.flatMap(migrationNames(directory), (names) => {
    const number = 1 + Number.parseInt(names.at(-1) ?? "0", 10)
    const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["migration"]
    const path = join(directory, `${String(number).padStart(4, "0")}_${words.join("_")}.sql`)
    return Effect.as(
      attemptOnDisk(() => writeFile(path, "-- Up Migration\n\n\n-- Down Migration\n\n", { flag: "wx" })),
      path,
    )
  })

const table = "schema_migration"
const migrationFile = /^\d{4}_.*\.sql$/

/**
 * Looks and moves under one lock, which goes with the connection: whoever waited for another process sees
 * what that one did.
 */
const run = (options: Options, how: Pick<RunnerOption, "direction" | "count">) =>
  withClient(options.connection, (client) =>
    Effect.gen(function* () {
      // The times of migrations are stored without a zone.
      yield* attempt(() =>
        client.query(`SET TIME ZONE 'UTC'; SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`),
      )
      const unknown = (yield* states(client, options.directory)).filter((state) => !state.known)
      if (unknown.length > 0) {
        return yield* new SchemaTooNew({ unknown: unknown.map((state) => state.name) })
      }
      const done = yield* attempt(() =>
        runner({
          ...how,
          dbClient: client,
          dir: options.directory,
          ignorePattern: `(?!${migrationFile.source}).*`,
          migrationsTable: table,
          noLock: true,
          singleTransaction: true,
          logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
        }),
      )
      return done.map((migration) => migration.name)
    }),
  )

const ignore = () => {}

const states = Effect.fnUntraced(function* (client: Client, directory: string) {
  const files = yield* migrationNames(directory)
  const applied = yield* attempt(() => appliedMigrations(client))
  const names = [...files, ...applied.keys().filter((name) => !files.includes(name))]
  return names.map((name): MigrationState => ({
    name,
    appliedAt: applied.get(name) ?? null,
    known: files.includes(name),
  }))
})

const migrationNames = (directory: string): Effect.Effect<ReadonlyArray<string>, MigrationFailed> =>
  attemptOnDisk(async () =>
    (await readdir(directory))
      .filter((file) => migrationFile.test(file))
      .map((file) => basename(file, ".sql"))
      .sort(),
  )

const appliedMigrations = async (client: Client): Promise<ReadonlyMap<string, Date>> => {
  const found = await client.query<{ exists: boolean }>("SELECT to_regclass($1) IS NOT NULL AS exists", [
    table,
  ])
  if (found.rows[0]?.exists !== true) return new Map()
  const { rows } = await client.query<{ name: string; applied_at: Date }>(
    `SELECT name, run_on AT TIME ZONE 'UTC' AS applied_at FROM ${table} ORDER BY id`,
  )
  return new Map(rows.map((row) => [row.name, row.applied_at]))
}
