/**
 * Structured logs: one line per entry on standard output, as JSON for machines or text for people.
 *
 * Apps provide {@link layer} once; code logs with `Effect.logInfo` and the like, a constant message and
 * annotations. Entries carry `timestamp`, `level`, `message`, `service`, `correlation_id` and `lead_id`
 * first, then whatever else was annotated. No line ever holds an object that was merely thrown or failed
 * with: of failures with a tag, tag and message are logged; of anything else its name and where it was thrown,
 * never its message, which may quote a lead. The stack follows at debug level. Metrics and traces are not here.
 */
import { Effect, Layer, Logger, References } from "effect"
import type { CorrelationId } from "./CorrelationId.ts"
import { entryOf } from "./internal/entry.ts"
import { formatJson } from "./internal/formatJson.ts"
import { formatText } from "./internal/formatText.ts"
import { type LineSink, makeLineWriter } from "./internal/LineWriter.ts"

/** The least important entries that are logged. */
export type LogLevel = "debug" | "info" | "warn" | "error"

/** How the log looks and where it goes. */
export interface TelemetryOptions {
  /** Which app this is: `api`, `worker`, `gateway`. */
  readonly service: string
  readonly level: LogLevel
  /** `json` for machines; `text` for people, without `service` and with the local time only. */
  readonly format: "json" | "text"
  /** Standard output by default. */
  readonly sink?: LineSink | undefined
}

const minimumLevel = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

/**
 * Replaces the loggers of the program, and sets the level.
 *
 * Lines of one turn of the event loop are written together; the rest is written when the scope closes and
 * when the process exits. When nobody reads the log any more (EPIPE), the program goes on without it.
 */
export const layer = ({
  service,
  level,
  format,
  sink = process.stdout,
}: TelemetryOptions): Layer.Layer<never> => {
  const print = format === "json" ? formatJson(service) : formatText
  const withStack = level === "debug"
  const logger = Effect.map(makeLineWriter(sink), (writer) =>
    Logger.make<unknown, void>((options) => writer.write(print(entryOf(options, withStack)))),
  )
  return Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, minimumLevel[level]))
}

/** Annotates what an effect logs with the correlation id it works for. */
export const withCorrelationId = (
  id: CorrelationId,
): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("correlation_id", id)

/** Annotates what an effect logs with the lead it works on. */
export const withLeadId = (id: number): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("lead_id", id)
