/** What is logged, and how. */
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The log. */
export interface LoggingSettings {
  readonly level: "debug" | "info" | "warn" | "error"
  /** `json` for machines, `text` for people. */
  readonly format: "json" | "text"
}

/** The log of any app. */
export const loggingSettings: Settings.Settings<LoggingSettings> = Settings.all({
  level: Settings.withDefault(
    "LOG_LEVEL",
    Kind.literals(["debug", "info", "warn", "error"]),
    "The least important entries to log",
    "info",
  ),
  format: Settings.withDefault(
    "LOG_FORMAT",
    Kind.literals(["json", "text"]),
    "One JSON object a line, or text for people",
    "json",
  ),
})
