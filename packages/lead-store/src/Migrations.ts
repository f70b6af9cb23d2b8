import { Effect, Redacted, Schema } from "effect"
import { Migration, PG_MIGRATE_LOCK_ID, runner, type RunnerOption } from "node-pg-migrate"
import { readdir } from "node:fs/promises"
import { basename } from "node:path"
import type { ConnectionOptions } from "node:tls"
import { Client, type ClientConfig } from "pg"

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

/** Where Postgres is. */
export interface DatabaseAddress {
  /** A `postgres://` URL, credentials included. */
  readonly url: Redacted.Redacted
  /** False for plain text, else how TLS checks the server; the URL's own `sslmode` does not count. */
  readonly ssl: boolean | ConnectionOptions
}

/** One migration of the folder or of the database, oldest first in lists. */
export interface MigrationState {
  readonly name: string
  /** When it was applied here; null when it has not been. */
  readonly appliedAt: Date | null
  /** False for a migration that the database has and this version's folder has not. */
  readonly known: boolean
}

/** A migration could not be run. The schema is as it was before: all of a run is one transaction. */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  message: Schema.String,
  /** True when Postgres could not be reached: trying again later may help. */
  unavailable: Schema.Boolean,
}) {}

/** The database has migrations that this version does not know: it was migrated by a newer one. */
export class SchemaTooNew extends Schema.TaggedError<SchemaTooNew>()("SchemaTooNew", {
  unknown: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return `the database was migrated by a newer version of Lead Gateway (unknown here: ${this.unknown.join(
      ", ",
    )}); run that version, or migrate down with it first`
  }
}

/** Applies what is missing; returns the names of what was applied. */
export const up = (options: Options): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, { direction: "up", count: Number.POSITIVE_INFINITY })

/** Takes back the newest `count` migrations, 1 by default; returns their names. */
export const down = (
  options: Options & { readonly count?: number },
): Effect.Effect<ReadonlyArray<string>, MigrationFailed | SchemaTooNew> =>
  run(options, { direction: "down", count: options.count ?? 1 })

/** What the folder and the database have, oldest first. Changes nothing. */
export const status = (options: Options): Effect.Effect<ReadonlyArray<MigrationState>, MigrationFailed> =>
  connected(options, (client) => states(client, options.directory))

/** Writes an empty migration `NNNN_name.sql` with both sections; returns its path. */
export const create = (directory: string, name: string): Effect.Effect<string, MigrationFailed> =>
  attempt(() =>
    Migration.create(name, directory, { filenameFormat: "index", language: "sql", ignorePattern }),
  )

const table = "schema_migration"
/** Everything but `NNNN_name.sql`. */
const ignorePattern = String.raw`(?!\d{4}_.*\.sql$).*`

/**
 * Looks and moves under one lock, which goes with the connection: whoever waited for another process sees
 * what that one did.
 */
const run = (options: Options, how: Pick<RunnerOption, "direction" | "count">) =>
  connected(options, (client) =>
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
          ignorePattern,
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

/** One connection for one piece of work. */
const connected = <A, E>(
  { connection }: Options,
  use: (client: Client) => Effect.Effect<A, E>,
): Effect.Effect<A, E | MigrationFailed> =>
  Effect.acquireUseRelease(
    attempt(async () => {
      const client = new Client(clientConfig(connection))
      // A connection that breaks while idle must not end the process; the query that follows fails.
      client.on("error", ignore)
      await client.connect()
      return client
    }),
    use,
    (client) => Effect.promise(() => client.end().catch(ignore)),
  )

/** pg reads `sslmode` from the URL in its own way; what the caller says about TLS is to hold for both drivers. */
const clientConfig = ({ url, ssl }: DatabaseAddress): ClientConfig => {
  const plain = new URL(Redacted.value(url))
  plain.searchParams.delete("sslmode")
  return {
    connectionString: plain.href,
    ssl,
    connectionTimeoutMillis: 5000,
    application_name: "lead-gateway-migrations",
  }
}

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
  Effect.tryPromise({
    try: async () =>
      (await readdir(directory))
        .filter((file) => /^\d{4}_.*\.sql$/.test(file))
        .map((file) => basename(file, ".sql"))
        .sort(),
    catch: (error) => new MigrationFailed({ message: messageOf(error), unavailable: false }),
  })

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

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, MigrationFailed> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => new MigrationFailed({ message: messageOf(error), unavailable: isUnavailable(error) }),
  })

/** Postgres quotes the value that does not fit (class 22), which may be a lead's: that message is not told. */
const messageOf = (error: unknown): string => {
  const code = codeOf(error)
  if (code?.startsWith("22") === true) return `a value in the database does not fit (SQLSTATE ${code})`
  return error instanceof Error && error.message !== "" ? error.message : String(code ?? error)
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

/**
 * System errors of the socket (ECONNREFUSED, EAI_AGAIN …; Node's own ERR_… are mistakes), pg's own timeout,
 * and SQLSTATEs that mean "not now".
 */
const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error && /timeout|terminated/i.test(error.message)
  return /^E(?!RR_)[A-Z_]+$/.test(code) || /^(08|53|57P)/.test(code)
}
