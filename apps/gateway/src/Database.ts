import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import {
  type DatabaseConnection,
  dataDirectory,
  embeddedDatabaseSettings,
  Settings,
} from "@lead-gateway/config"
import { Effect, Option } from "effect"
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

/**
 * The database that an operator's command works on: the one that is configured, or the embedded one, which a gateway
 * may be running at this moment.
 */
export const operatorDatabase = Effect.gen(function* () {
  const settings = Settings.all({ database: embeddedDatabaseSettings, dataDirectory })
  const { database, dataDirectory: folder } = (yield* Settings.load(settings)).value
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
  return { connection, pool: database.pool }
})
