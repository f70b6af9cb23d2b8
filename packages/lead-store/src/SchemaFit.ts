/**
 * Whether a process can work with the schema that a database has.
 *
 * While one release replaces another, both work on the same database. So a database may be newer than a process, as long
 * as none of its migrations requires a newer process. The rules for writing migrations are in `docs/decisions/0013`.
 * Pure functions of the list of migrations.
 */
import { Schema } from "effect"

/** One migration of the folder or of the database. */
export interface MigrationState {
  /** The name of its file, without `.sql`. */
  readonly name: string
  /** When it was applied to this database; null if it is not. */
  readonly appliedAt: Date | null
  /** False if the database has the migration and this version's folder does not. */
  readonly known: boolean
  /**
   * Once this migration is applied, only processes that know the migration of this number, or a later one, may work.
   * Absent: processes that worked before may go on.
   */
  readonly requires?: number
}

/** Whether a process can work with a schema. */
export type SchemaFit =
  /** The schema is the one that this version knows. */
  | { readonly _tag: "Current" }
  /** The schema is newer; this version can work with it. */
  | { readonly _tag: "Newer"; readonly unknown: ReadonlyArray<string> }
  /** Migrations of this version are not applied yet. */
  | { readonly _tag: "Behind"; readonly missing: ReadonlyArray<string> }
  /** The schema is newer, and this version must not touch it. */
  | SchemaTooNew

/** The database was migrated by a newer version, and this one may not work with it, or may not revert it. */
export class SchemaTooNew extends Schema.TaggedError<SchemaTooNew>()("SchemaTooNew", {
  /** The migrations that this version does not know, such as `0004_lead_colour`. */
  unknown: Schema.Array(Schema.String),
  /** The number of the migration that a process must know to work with the schema; 0 if any process may. */
  requires: Schema.Int,
  /** The number of the newest migration that this version knows. */
  knows: Schema.Int,
}) {
  override get message(): string {
    const needs =
      this.requires > this.knows
        ? ` and needs a version that knows migration ${numbered(this.requires)}, this one knows ${numbered(this.knows)}`
        : ""
    return `the database was migrated by a newer version of Lead Gateway (unknown here: ${this.unknown.join(
      ", ",
    )})${needs}; run that version, or migrate down with it first`
  }
}

const numbered = (migration: number): string => String(migration).padStart(4, "0")

/**
 * Whether a process can work with a schema, by the migrations of both. A process that knows migrations up to 0003
 * works with a schema that has 0004, unless 0004, or one after it, requires 0004.
 */
export const schemaFit = (states: ReadonlyArray<MigrationState>): SchemaFit => {
  const unknown = unknownOf(states)
  const missing = states.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  const tooNew = tooNewFor(states)
  if (unknown.length > 0 && tooNew.requires > tooNew.knows) return tooNew
  if (missing.length > 0) return { _tag: "Behind", missing }
  return unknown.length > 0 ? { _tag: "Newer", unknown } : { _tag: "Current" }
}

/** The error for a schema with migrations that this version does not know. */
export const tooNewFor = (states: ReadonlyArray<MigrationState>): SchemaTooNew =>
  new SchemaTooNew({
    unknown: unknownOf(states),
    requires: Math.max(
      0,
      ...states.map(({ appliedAt, requires }) => (appliedAt === null ? 0 : (requires ?? 0))),
    ),
    knows: Math.max(0, ...states.filter(({ known }) => known).map(({ name }) => numberOf(name))),
  })

/** The number of a migration: 4 for `0004_lead_colour`. */
export const numberOf = (name: string): number => Number.parseInt(name, 10)

const unknownOf = (states: ReadonlyArray<MigrationState>): ReadonlyArray<string> =>
  states.filter(({ known }) => !known).map(({ name }) => name)
