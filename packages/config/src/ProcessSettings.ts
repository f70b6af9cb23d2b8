/** The process itself: its stop, its log, and the folder of its embedded Postgres. */
import { Duration } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** The stop of a process. */
export interface ProcessSettings {
  /** How long a stop may take to finish work in progress. */
  readonly shutdownTimeout: Duration.Duration
}

/** The settings of the process of every app. */
export const processSettings: Settings.Settings<ProcessSettings> = Settings.all({
  shutdownTimeout: Settings.withDefault(
    "SHUTDOWN_TIMEOUT",
    Quantity.duration({ minimum: Duration.zero, maximum: Duration.hours(1) }),
    "How long a stop may take to finish work in progress",
    Duration.seconds(30),
  ),
})

/** The folder of the embedded Postgres's files, as configured. */
export const dataDirectory: Settings.Settings<string> = Settings.withDefault(
  "DATA_DIR",
  Kind.path,
  "Folder of the embedded Postgres's files",
  ".data",
)

/** The level and format of the log. */
export interface LoggingSettings {
  readonly level: "debug" | "info" | "warn" | "error"
  /** `json` for machines, `text` for people. */
  readonly format: "json" | "text"
  /** Requests and attempts that take longer, in milliseconds, are warnings that say what was slow. */
  readonly slowMs: number
}

/** The settings of the log of every app. */
export const loggingSettings: Settings.Settings<LoggingSettings> = Settings.all({
  level: Settings.withDefault(
    "LOG_LEVEL",
    Kind.literals(["debug", "info", "warn", "error"]),
    "The lowest level that is logged",
    "info",
  ),
  format: Settings.withDefault(
    "LOG_FORMAT",
    Kind.literals(["json", "text"]),
    "One JSON object a line, or text for people",
    "json",
  ),
  slowMs: Settings.withDefault(
    "SLOW_MS",
    Kind.integer({ minimum: 1, maximum: 3_600_000 }),
    "Milliseconds after which a request or an attempt is logged as a warning that says what was slow",
    1000,
  ),
})
