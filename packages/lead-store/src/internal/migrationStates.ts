import { Effect } from "effect"
import type { Client } from "pg"
import type { MigrationState } from "../SchemaFit.ts"
import { attempt } from "./migrationClient.ts"
import { readMigrations } from "./migrationFile.ts"

/** The table of node-pg-migrate: which migrations are applied. */
export const migrationsTable = "schema_migration"

/** Which version each applied migration requires. */
export const compatibilityTable = "schema_compatibility"

/** Creates the compatibility table if it is missing. */
export const createCompatibility = `
  CREATE TABLE IF NOT EXISTS ${compatibilityTable} (migration text PRIMARY KEY, requires integer NOT NULL)`

/** The migrations of a folder and of the database, oldest first. */
export const readStates = Effect.fnUntraced(function* (client: Client, directory: string) {
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

/** A database that was never migrated has neither table; one that an early version migrated lacks the second. */
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
