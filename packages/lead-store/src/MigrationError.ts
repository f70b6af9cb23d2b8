import { Schema } from "effect"

/**
 * A migration could not be run. It has changed nothing, unless its file says `-- No transaction`: each migration is
 * a transaction of its own. Those before it stay applied.
 */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  message: Schema.String,
  /** True when Postgres could not be reached: trying again later may help. */
  unavailable: Schema.Boolean,
  /** What Postgres itself says, such as `55P03` for a lock that could not be had in time. */
  sqlState: Schema.optional(Schema.String),
}) {
  /** The same failure in other words. */
  saying(message: string): MigrationFailed {
    return new MigrationFailed({ message, unavailable: this.unavailable, sqlState: this.sqlState })
  }
}

/** The database was migrated by a newer version, and this one must not work with it, or not take it back. */
export class SchemaTooNew extends Schema.TaggedError<SchemaTooNew>()("SchemaTooNew", {
  /** The migrations that this version does not know, such as `0004_lead_colour`. */
  unknown: Schema.Array(Schema.String),
  /** The number of the migration that a process must know to work with the schema; 0 when every one may. */
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
