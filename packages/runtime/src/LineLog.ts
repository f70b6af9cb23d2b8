import { Context } from "effect"
import type { LogLevel } from "./internal/levels.ts"

/** What a field of a prepared line may hold; a field that is `undefined` is left out. */
export type LineValue = string | number | boolean | null | undefined

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
   * `const line = log.prepare("info", "lead received", ["correlation_id", "lead_id"])`, then `line(id, 7)`. Below the
   * level of the log, what is made does nothing.
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
