import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import {
  type DatabaseConnection,
  dataDirectory,
  embeddedDatabaseSettings,
  Settings,
} from "@lead-gateway/config"
import { Data, Effect, Option } from "effect"
import { resolve } from "node:path"

/** The database that is configured; none: an embedded Postgres with its files in `dataDirectory`. */
export const chooseDatabase = Effect.fnUntraced(function* (
  configured: Option.Option<DatabaseConnection>,
  dataDirectory: string,
) {
  if (Option.isSome(configured)) {
    return { connection: configured.value, data: configured.value.target, died: Effect.never }
  }
  const folder = resolve(dataDirectory)
  const { died, url, version } = yield* EmbeddedPostgres.make({ dataDir: folder })
  return { connection: { url, ssl: false }, data: `${folder} (embedded Postgres ${version})`, died }
})

/** There is no database to work on. */
export class DatabaseMissing extends Data.TaggedError("DatabaseMissing")<{ readonly message: string }> {}

/**
 * The database that an operator's command works on: the one that is configured, or the embedded one, which a gateway
 * may be running at this moment. Only a command that may make a database is given one that is not there yet.
 */
export const operatorDatabase = Effect.fnUntraced(function* ({ mayMake }: { readonly mayMake: boolean }) {
  const settings = Settings.all({ database: embeddedDatabaseSettings, dataDirectory })
  const { database, dataDirectory: folder } = (yield* Settings.load(settings)).value
  const { pool } = database
  if (Option.isNone(database.connection) && !mayMake && !(yield* EmbeddedPostgres.exists(folder))) {
    return yield* new DatabaseMissing({
      message: `DATA_DIR: ${resolve(folder)} holds no database; name its folder, or set DATABASE_URL`,
    })
  }
  const { connection } = yield* chooseDatabase(database.connection, folder).pipe(
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
  return { connection, pool }
})
