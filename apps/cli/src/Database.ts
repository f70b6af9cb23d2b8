/**
 * The database of the gateway and of operators' commands: the configured one, or an embedded Postgres in `DATA_DIR`.
 */
import { oneLine } from "@lead-gateway/document-check"
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from "@lead-gateway/embedded-postgres"
import {
  type DatabaseConnection,
  dataDirectory,
  embeddedDatabaseSettings,
  loadSettings,
  Settings,
} from "@lead-gateway/config"
import { LeadDatabase, Migrations } from "@lead-gateway/lead-store"
import { Console, Data, Effect, Layer, Option } from "effect"
import { resolve } from "node:path"
import { shipped } from "./shipped.ts"

/**
 * The configured database; without one, an embedded Postgres with its files in `dataDirectory`, as a role that owns the
 * database and is no superuser.
 */
export const chooseDatabase = Effect.fnUntraced(function* (
  configured: Option.Option<DatabaseConnection>,
  dataDirectory: string,
  options: Pick<EmbeddedPostgresOptions, "restart" | "stopTimeout"> = {},
) {
  if (Option.isSome(configured)) {
    return { connection: configured.value, data: configured.value.target, died: Effect.never }
  }
  const folder = resolve(dataDirectory)
  const { died, url, version } = yield* EmbeddedPostgres.make({ ...options, dataDir: folder, role: "owner" })
  return { connection: { url, ssl: false }, data: `${folder} (embedded Postgres ${version})`, died }
})

/** There is no database that the command can work on: none exists, or its schema is incomplete. */
export class DatabaseMissing extends Data.TaggedError("DatabaseMissing")<{ readonly message: string }> {}

/**
 * The database of an operator's command: the configured one, or the embedded one, which is started for the command unless
 * a gateway is running it. Where no embedded database exists yet, one is created if `createsDatabase`, else this fails
 * with {@link DatabaseMissing}.
 */
export const operatorDatabase = Effect.fnUntraced(function* ({
  createsDatabase,
}: {
  readonly createsDatabase: boolean
}) {
  const settings = Settings.all({ database: embeddedDatabaseSettings, dataDirectory })
  const { value, warnings } = yield* loadSettings(settings)
  for (const warning of warnings) yield* Console.error(`warning: ${oneLine(warning)}`)
  const { database, dataDirectory: folder } = value
  if (Option.isNone(database.connection) && !createsDatabase && !(yield* EmbeddedPostgres.exists(folder))) {
    return yield* new DatabaseMissing({
      message: `DATA_DIR: ${resolve(folder)} holds no database; name its folder, or set DATABASE_URL`,
    })
  }
  return { connection: yield* openDatabase(database.connection, folder), pool: database.pool }
})

/** The configured database; else the embedded one, which is started unless a gateway is running it. */
export const openDatabase = Effect.fnUntraced(function* (
  configured: Option.Option<DatabaseConnection>,
  folder: string,
) {
  const { connection } = yield* chooseDatabase(configured, folder).pipe(
    Effect.catchIf(
      (error) => error.reason._tag === "DataDirInUse",
      (inUse) =>
        Effect.flatMap(
          EmbeddedPostgres.connectionUrl(folder),
          Option.match({
            onNone: () => Effect.fail(inUse),
            onSome: (url) => Effect.succeed({ connection: { url, ssl: false } }),
          }),
        ),
    ),
  )
  return connection
})

/**
 * The store of an operator's command. It creates and migrates no database and does not wait for one: a database that is
 * missing, or whose schema this version cannot work with, is an error.
 */
export const operatorStore = Layer.unwrap(
  Effect.gen(function* () {
    const { connection, pool } = yield* operatorDatabase({ createsDatabase: false })
    const fit = Migrations.schemaFit(yield* Migrations.status({ connection, directory: shipped.migrations }))
    if (fit._tag === "SchemaTooNew") return yield* fit
    if (fit._tag === "Behind") {
      return yield* new DatabaseMissing({
        message: `the database lacks ${fit.missing.join(", ")}: lead-gateway migrate up`,
      })
    }
    return LeadDatabase.pool({
      connection,
      pool: { ...pool, minConnections: 0 },
      applicationName: "lead-gateway-operator",
    })
  }),
)
