import { Schema } from "effect"

/** A migration could not be run. The schema is as it was before: all of a run is one transaction. */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  message: Schema.String,
  /** True when Postgres could not be reached: trying again later may help. */
  unavailable: Schema.Boolean,
}) {}

/** The database has migrations that this version does not know: it was migrated by a newer one. */
export class SchemaTooNew extends Schema.TaggedError<SchemaTooNew>()("SchemaTooNew", {
  unknown: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return `the database was migrated by a newer version of Lead Gateway (unknown here: ${this.unknown.join(
      ", ",
    )}); run that version, or migrate down with it first`
  }
}
