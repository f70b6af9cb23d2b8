import { Array, Duration, Effect } from "effect"
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
import { connectedProcesses } from "./internal/connectedProcesses.ts"
import { readMigrations } from "./internal/migrationFile.ts"
import { countLosses } from "./internal/migrationLoss.ts"
import { beginSession } from "./internal/migrationSession.ts"
import {
  compatibilityTable,
  createCompatibility,
  migrationsTable,
  readStates,
} from "./internal/migrationStates.ts"
import { type LockPatience, step } from "./internal/migrationStep.ts"
import { DataWouldBeLost, ProcessesConnected } from "./MigrationRefused.ts"
import { type MigrationState, numberOf, schemaFit, type SchemaTooNew, tooNewFor } from "./SchemaFit.ts"

export { type DatabaseAddress, MigrationFailed } from "./internal/migrationClient.ts"
export { DataWouldBeLost, ProcessesConnected } from "./MigrationRefused.ts"
export { type MigrationState, type SchemaFit, schemaFit, SchemaTooNew } from "./SchemaFit.ts"

/**
 * The database's schema, changed by the SQL files of `migrations/`.
 *
 * Apps call {@link up} when they start, or {@link wait} if an operator migrates. One process at a time migrates, under an
 * advisory lock; the others wait for it. Operators use the same functions through the `migrate` command. node-pg-migrate
 * runs each migration in a transaction of its own, with short lock time-outs and retries, so that other processes are
 * not blocked for long. The reasons, and the rules for writing migrations: `docs/decisions/`.
 */
export interface Options {
  /** The database. It must be reached directly or through a pooler in session mode. */
  readonly connection: DatabaseAddress
  /** The folder that holds the SQL files. */
  readonly directory: string
  /** How a migration waits for a lock: 2 s at a time, for 5 minutes in all, by default. */
  readonly locks?: LockPatience
}

/**
 * Applies the migrations that are missing; returns their names, oldest first. A newer schema is left as it is, and
 * logged, if this version can work with it. Otherwise it fails with {@link SchemaTooNew}.
 */
export const up = (options: Options): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, "up", Number.POSITIVE_INFINITY)

/** How many migrations to revert, and what it may cost. */
export interface DownOptions extends Options {
  /** 1 unless given. */
  readonly count?: number
  /** Whether data may be lost; false unless given. */
  readonly loseData?: boolean
  /** Whether processes of Lead Gateway may be connected; false unless given. */
  readonly whileConnected?: boolean
}

/**
 * Reverts the newest `count` migrations; returns their names.
 *
 * Fails before anything is changed: with {@link SchemaTooNew} if a migration is applied that this version does not know,
 * since it does not have the statements that revert it; with {@link ProcessesConnected} and {@link DataWouldBeLost} unless
 * the options permit both.
 */
export const down = (
  options: DownOptions,
): Effect.Effect<
  ReadonlyArray<string>,
  MigrationFailed | SchemaTooNew | ProcessesConnected | DataWouldBeLost
> => run(options, "down", options.count ?? 1, (client, applied) => permitted(client, options, applied))

/** Fails if reverting these migrations, newest first, costs what the options do not permit. */
const permitted = Effect.fnUntraced(function* (
  client: Client,
  { directory, loseData = false, whileConnected = false }: DownOptions,
  names: ReadonlyArray<string>,
) {
  const processes = whileConnected ? [] : yield* attempt(() => connectedProcesses(client))
  if (processes.length > 0 && names.length > 0) return yield* new ProcessesConnected({ processes })
  const files = yield* readMigrations(directory)
  const losses = loseData
    ? []
    : yield* Effect.forEach(names, (migration) =>
        Effect.map(
          attempt(() => countLosses(client, files.find(({ name }) => name === migration)?.down?.loses ?? [])),
          Array.map(({ column = null, ...loss }) => ({ migration, column, ...loss })),
        ),
      )
  if (losses.flat().length > 0) return yield* new DataWouldBeLost({ losses: losses.flat() })
})

/**
 * Waits until the schema is one that this version can work with: until somebody has run {@link up}. Checks once a
 * second, changes nothing, and logs which migrations it waits for.
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

/** The migrations of the folder and of the database, oldest first. Changes nothing. */
export const status = (options: Options): Effect.Effect<ReadonlyArray<MigrationState>, MigrationFailed> =>
  withClient(options.connection, (client) => readStates(client, options.directory))

/**
 * Writes an empty migration `NNNN_name.sql` with both sections, NNNN being the next number; returns its path. Its author
 * fills in what reverting it loses: until then, the folder cannot be read.
 */
export const create = (directory: string, name: string): Effect.Effect<string, MigrationFailed> =>
  Effect.flatMap(readMigrations(directory), (files) => {
    const number = 1 + numberOf(files.at(-1)?.name ?? "0")
    const parts = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["migration"]
    const path = join(directory, `${String(number).padStart(4, "0")}_${parts.join("_")}.sql`)
    return Effect.as(
      attemptOnDisk(() => writeFile(path, emptyMigration, { flag: "wx" })),
      path,
    )
  })

/** What it loses is to be filled in; until it is, the file is not read. */
const emptyMigration = "-- Up Migration\n\n\n-- Down Migration\n-- Loses:\n\n"

/**
 * Reads and changes the schema under one lock, which ends with the connection. A process that has waited for the lock
 * sees the changes of the process before it.
 */
const run = <E = never>(
  options: Options,
  direction: "up" | "down",
  count: number,
  check: (client: Client, next: ReadonlyArray<string>) => Effect.Effect<void, E> = () => Effect.void,
) =>
  withClient(options.connection, (client) =>
    Effect.gen(function* () {
      const { connection, directory, locks = usualLocks } = options
      yield* beginSession(client)
      const found = yield* readStates(client, directory)
      const fit = schemaFit(found)
      if (fit._tag === "SchemaTooNew") return yield* fit
      if (direction === "down" && found.some(({ known }) => !known)) return yield* tooNewFor(found)
      if (fit._tag === "Newer") yield* logNewer(fit)
      yield* check(client, direction === "up" ? [] : newestApplied(found, count))
      yield* attempt(() => client.query(createCompatibility))

      const next = () =>
        step({ client, connection, directory, direction, migrationsTable, compatibilityTable, locks })
      const done: Array<string> = []
      while (done.length < count) {
        const name = yield* Effect.mapError(next(), (error) =>
          done.length === 0 ? error : error.withMessage(`${error.message} (done before: ${done.join(", ")})`),
        )
        if (name === undefined) break
        done.push(name)
      }
      return done
    }),
  )

/** The names of the newest applied migrations, newest first. */
const newestApplied = (states: ReadonlyArray<MigrationState>, count: number): ReadonlyArray<string> =>
  states
    .filter(({ appliedAt }) => appliedAt !== null)
    .map(({ name }) => name)
    .toReversed()
    .slice(0, Math.max(0, count))

const usualLocks: LockPatience = { timeout: Duration.seconds(2), patience: Duration.minutes(5) }

/** Logs that this version works with a schema that has migrations it does not know. */
const logNewer = ({ unknown }: { readonly unknown: ReadonlyArray<string> }): Effect.Effect<void> =>
  Effect.logInfo(
    `the database is newer than this version, which can work with it: it has ${unknown.join(", ")}`,
  )
