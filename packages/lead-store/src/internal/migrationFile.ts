/**
 * Parses a migration's file: its two sections, its options in comments above them, and what reverting it loses.
 *
 * `-- Requires: 0003`: once it is applied, only processes that know migration 0003 or a later one may work.
 * `-- Loses: lead, work.release` in the down section: the tables and columns whose data reverting it drops, or `nothing`.
 * `-- No transaction`: its statements run one by one. Each ends with a `;` at the end of a line, and no other line does.
 */
import type { Effect } from "effect"
import type { MigrationBuilder, RunnerOption } from "node-pg-migrate"
import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { numberOf } from "../SchemaFit.ts"
import { type Loss, lossesOf } from "./migrationLoss.ts"
import { attemptOnDisk, type MigrationFailed } from "./migrationClient.ts"

/** The contents of a migration's file. */
export interface MigrationFile {
  readonly name: string
  readonly up: string
  /** The statements that revert it, and what they lose. Undefined if it cannot be reverted. */
  readonly down: { readonly sql: string; readonly loses: ReadonlyArray<Loss> } | undefined
  readonly requires: number | undefined
  readonly inTransaction: boolean
}

/** All migrations of a folder, oldest first. Fails if an option of one is invalid, or one does not say what it loses. */
export const readMigrations = (
  directory: string,
): Effect.Effect<ReadonlyArray<MigrationFile>, MigrationFailed> =>
  attemptOnDisk(async () => {
    const files = (await readdir(directory)).filter((file) => fileName.test(file)).sort()
    return Promise.all(files.map((file) => readMigration(join(directory, file))))
  })

const fileName = /^\d{4}_.*\.sql$/

/** For node-pg-migrate: a pattern of the files that are not migrations. */
export const ignorePattern = `(?!${fileName.source}).*`

const readMigration = async (path: string): Promise<MigrationFile> =>
  parseMigration(basename(path, ".sql"), await readFile(path, "utf8"))

/** Parses a file. Throws if an option is invalid or the statement of its loss is missing. */
const parseMigration = (name: string, text: string): MigrationFile => {
  const sections = [...text.matchAll(/^\s*--[\s-]*(up|down)\s+migration/gim)]
  const sectionOf = (direction: "up" | "down") => {
    const at = sections.findIndex(([, word]) => word?.toLowerCase() === direction)
    return at < 0 ? undefined : text.slice(sections[at]?.index, sections[at + 1]?.index)
  }
  const down = sectionOf("down")
  const lines = text.split("\n")
  const firstOfSql = lines.findIndex((line) => !/^\s*(--.*)?$/.test(line))
  const header = lines.slice(0, firstOfSql < 0 ? undefined : firstOfSql).join("\n")
  return {
    name,
    up: sectionOf("up") ?? text.slice(0, sections[0]?.index),
    down: down === undefined ? undefined : { sql: down, loses: lossesOf(name, down) },
    requires: requirementOf(name, header),
    inTransaction: !/^\s*--\s*no transaction\s*$/im.test(header),
  }
}

const requirementOf = (name: string, header: string): number | undefined => {
  const [, text] = /^\s*--\s*requires:(.*)$/im.exec(header) ?? []
  if (text === undefined) return undefined
  const number = /^\s*\d{4}\s*$/.test(text) ? numberOf(text) : Number.NaN
  if (number <= numberOf(name)) return number
  throw new Error(
    `${name}.sql: "-- Requires:${text}" is not understood; use the number of this migration or of one before it, such as ${name.slice(0, 4)}`,
  )
}

/** Options of a run of node-pg-migrate. */
export interface Running {
  /** Called when a migration begins. */
  readonly began: (name: string) => void
  /** How long a statement waits for a lock, if its migration is in a transaction. */
  readonly lockTimeoutMillis: number
  /** The table of requirements. */
  readonly compatibilityTable: string
}

type Strategies = NonNullable<RunnerOption["migrationLoaderStrategies"]>

/** Makes node-pg-migrate run files as they are parsed here. */
export const strategies = (running: Running): Strategies => [
  {
    extensions: [".sql"],
    loader: async (paths) =>
      (await Promise.all(paths.map(readMigration))).map((migration, index) => {
        const path = paths[index] ?? migration.name
        const { down, up } = migration
        return {
          id: path,
          filePaths: [path],
          actions: {
            up: action(migration, up, running, recordRequirement),
            down: down !== undefined && action(migration, down.sql, running, forgetRequirement),
          },
        }
      }),
  },
]

/** Runs the statements of a section and the one that stores its requirement. */
const action =
  (
    { inTransaction, ...migration }: MigrationFile,
    section: string,
    { began, compatibilityTable, lockTimeoutMillis }: Running,
    requirement: (table: string, migration: Omit<MigrationFile, "inTransaction">) => string | undefined,
  ) =>
  (pgm: MigrationBuilder): void => {
    began(migration.name)
    const statements = inTransaction
      ? [`SET LOCAL lock_timeout = ${lockTimeoutMillis}`, section]
      : section.split(/(?<=;)[ \t]*$/m)
    const last = requirement(compatibilityTable, migration)
    if (!inTransaction) pgm.noTransaction()
    for (const statement of last === undefined ? statements : [...statements, last]) {
      if (statement.trim() !== "") pgm.sql(statement)
    }
  }

/** May be repeated: a migration without a transaction may be retried after a part of it has run. */
const recordRequirement = (table: string, { name, requires }: Pick<MigrationFile, "name" | "requires">) =>
  requires === undefined
    ? undefined
    : `INSERT INTO ${table} VALUES (${literal(name)}, ${requires})
       ON CONFLICT (migration) DO UPDATE SET requires = excluded.requires`

const forgetRequirement = (table: string, { name }: Pick<MigrationFile, "name">) =>
  `DELETE FROM ${table} WHERE migration = ${literal(name)}`

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
