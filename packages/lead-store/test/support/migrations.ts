/** Folders of migrations, and empty databases for them. */
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { readdirSync } from "node:fs"
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { address, migrations } from "./world.ts"

/** The names of the repository's migrations, in order. */
export const names = readdirSync(migrations)
  .map((file) => basename(file, ".sql"))
  .sort()

/** A folder with the repository's migrations and further ones, by name. */
export const folder = (further: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = await mkdtemp(join(tmpdir(), "lead-gateway-migrations-"))
      await cp(migrations, path, { recursive: true })
      for (const [name, sql] of Object.entries(further)) await writeFile(join(path, `${name}.sql`), sql)
      return path
    }),
    (path) => Effect.promise(() => rm(path, { recursive: true })),
  )

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
      AND relkind IN ('r', 'p', 'S') AND relname NOT LIKE 'schema_migration%' ORDER BY 1`,
    (rows) => rows.map((row) => row.name),
  ),
)

export const fruit = `-- Up Migration
CREATE TABLE fruit (name text);
INSERT INTO fruit VALUES ('apple; -- Down Migration'), ('pear');
-- Down Migration
DROP TABLE fruit;
`
