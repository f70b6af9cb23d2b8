/** Folders of migrations, and empty databases for them. */
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, Logger, type Scope } from "effect"
import { readdirSync } from "node:fs"
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { address, migrations } from "./world.ts"

/** The names of the repository's migrations, in order. */
export const names = readdirSync(migrations)
  .map((file) => basename(file, ".sql"))
  .sort()

/** A folder with these migrations, by name, and no other. */
export const ownFolder = (files: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = await mkdtemp(join(tmpdir(), "lead-gateway-migrations-"))
      for (const [name, sql] of Object.entries(files)) await writeFile(join(path, `${name}.sql`), sql)
      return path
    }),
    (path) => Effect.promise(() => rm(path, { recursive: true })),
  )

/** A folder with the repository's migrations and further ones, by name. */
export const folder = (further: Readonly<Record<string, string>> = {}) =>
  Effect.tap(ownFolder(further), (path) => Effect.promise(() => cp(migrations, path, { recursive: true })))

/** An empty database, and how to migrate it with the migrations of a folder. */
export const emptyDatabase = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  return (directory = migrations) => ({ connection: address(url), directory })
})

export const inEmptyDatabase = <A, E>(
  test: Effect.Effect<A, E, TestDatabase | PgClient.PgClient | Scope.Scope>,
) => Effect.provide(Effect.scoped(test), TestDatabase.layerClient())

export const tables = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{
      name: string
    }>`SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind IN ('r', 'p', 'S') AND relname NOT LIKE 'schema_%' ORDER BY 1`,
    (rows) => rows.map((row) => row.name),
  ),
)

export const fruit = `-- Up Migration
CREATE TABLE fruit (name text);
INSERT INTO fruit VALUES ('apple; -- Down Migration'), ('pear');
-- Down Migration
-- Loses: fruit
DROP TABLE fruit;
`

/** Runs something; the lines that it logged. */
export const logged = <A, E, R>(run: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  return Effect.as(Effect.provide(run, Logger.layer([logger])), lines)
}
