/** How long leads are kept. */
import { Option } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** Which leads go, and where to. */
export interface RetentionSettings {
  /**
   * Leads that ended longer ago than this go; none to keep all. As an `interval` of Postgres:
   * `make_interval(months => …, days => …, hours => …)`.
   */
  readonly retention: Option.Option<Kind.Period>
  /** The folder, as given, into which leads are written before they go; none to archive nothing. */
  readonly archiveDir: Option.Option<string>
}

/** The retention of whatever maintains the database. */
export const retentionSettings: Settings.Settings<RetentionSettings> = Settings.all({
  retention: Settings.withDefault(
    "RETENTION",
    Kind.periodOrOff,
    "Leads that ended longer ago than this go",
    Option.none(),
  ),
  archiveDir: Settings.optional(
    "ARCHIVE_DIR",
    Kind.withExample(Kind.path, "archive"),
    "Folder into which leads are written before they go",
  ),
})
