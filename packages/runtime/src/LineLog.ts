import { type Clock, Context } from "effect"
import { isLogged, type LogLevel } from "./internal/entry.ts"
import { type LineValue, prepareJson, prepareText } from "./internal/lineFormat.ts"

export type { LineValue } from "./internal/lineFormat.ts"

/**
 * Log lines that are written once per lead: plain functions without effects, annotations or fibers.
 *
 * The lines are those of Effect's logger under `Telemetry.layer`, in the same order on the same output. Without that
 * layer nothing is written. Used by the api and the worker; rare events are logged with `Effect.logInfo` and the like.
 */
export interface LineLog {
  /**
   * Makes the function that writes one kind of line. Call it once, not for every lead.
   *
   * The message and the names are constants of the program, the values are given in the order of the names:
   * `const line = log.prepare("info", "lead received", ["correlation_id", "lead_id"])`, then `line(id, 7)`. For a level
   * that is not logged, the function does nothing.
   */
  readonly prepare: <const Names extends ReadonlyArray<string>>(
    level: LogLevel,
    message: string,
    names: Names,
  ) => (...values: { readonly [Index in keyof Names]: LineValue }) => void
}

/** The log of this program, as `Telemetry.layer` provides it; `yield* LineLog` needs no other service. */
export const LineLog: Context.Reference<LineLog> = Context.Reference("@lead-gateway/runtime/LineLog", {
  defaultValue: (): LineLog => ({ prepare: () => () => {} }),
})

/** Where the lines of a log go, and how they look. */
export interface LineLogOptions {
  readonly service: string
  /** The least important level that is logged. */
  readonly level: LogLevel
  readonly format: "json" | "text"
  readonly clock: Clock.Clock
  readonly write: (line: string) => void
}

/** Makes a log of prepared lines. */
export const makeLineLog = ({ clock, format, level: minimum, service, write }: LineLogOptions): LineLog => {
  const prepare = format === "json" ? prepareJson(service) : prepareText
  return {
    prepare: (level, message, names) => {
      if (!isLogged(level, minimum)) return () => {}
      const print = prepare(level, message, names)
      return (...values) => write(print(clock.currentTimeMillisUnsafe(), values))
    },
  }
}
