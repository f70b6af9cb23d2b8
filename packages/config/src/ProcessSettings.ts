/** What concerns the process itself. */
import { Duration } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The process. */
export interface ProcessSettings {
  /** How long a stop may take to finish what was begun. */
  readonly shutdownTimeout: Duration.Duration
}

/** The process of any app. */
export const processSettings: Settings.Settings<ProcessSettings> = Settings.all({
  shutdownTimeout: Settings.withDefault(
    "SHUTDOWN_TIMEOUT",
    Kind.duration({ minimum: Duration.zero, maximum: Duration.hours(1) }),
    "How long a stop may take to finish what was begun",
    Duration.seconds(30),
  ),
})

/** The folder of the embedded Postgres's files, as given. */
export const dataDirectory: Settings.Settings<string> = Settings.withDefault(
  "DATA_DIR",
  Kind.path,
  "Folder of the embedded Postgres's files",
  ".data",
)
