import type { DatabaseConnection } from "@lead-gateway/config"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
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
