/**
 * Structured logs: one line per entry on standard output, as JSON for machines or text for people.
 *
 * Apps provide {@link layer} once; code logs with `Effect.logInfo` and the like, a constant message and
 * annotations. Entries carry `timestamp`, `level`, `message`, `service`, `correlation_id` and `lead_id`
 * first, then all other annotations. `LineLog` writes lines that occur once per lead. A failure with a tag is logged by
 * its tag and message; anything else that was thrown by its name and location, never by its message, which may quote a
 * lead. The stack follows at debug level. Metrics and traces are not here.
 */
import { Clock, Effect, Layer, Logger, References } from "effect"
import type { CorrelationId } from "./CorrelationId.ts"
import { entryOf } from "./internal/entry.ts"
import { formatJson } from "./internal/formatJson.ts"
import { formatText } from "./internal/formatText.ts"
import { isLogged, type LogLevel } from "./internal/levels.ts"
import { type LineSink, type LineWriter, makeLineWriter } from "./internal/LineWriter.ts"
import { prepareJson, prepareText } from "./internal/prepareLine.ts"
import { LineLog } from "./LineLog.ts"

export type { LogLevel } from "./internal/levels.ts"

/** The format of the log and where it is written. */
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
 * Replaces the loggers of the program, provides its `LineLog`, and sets the level of both.
 *
 * Lines of one turn of the event loop are written together; the rest is written when the scope closes and when the
 * process exits. If the reader of the log goes away (EPIPE), the program continues without a log.
 */
export const layer = (options: TelemetryOptions): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const writer = yield* makeLineWriter(options.sink ?? process.stdout)
      return Layer.mergeAll(
        Logger.layer([logger(options, writer)]),
        Layer.succeed(LineLog, lineLog(options, writer, yield* Clock.Clock)),
        Layer.succeed(References.MinimumLogLevel, minimumLevel[options.level]),
      )
    }),
  )

const logger = ({ format, level, service }: TelemetryOptions, writer: LineWriter) => {
  const print = format === "json" ? formatJson(service) : formatText
  const withStack = level === "debug"
  return Logger.make<unknown, void>((options) => writer.write(print(entryOf(options, withStack))))
}

const lineLog = (
  { format, level: minimum, service }: TelemetryOptions,
  writer: LineWriter,
  clock: Clock.Clock,
): LineLog => {
  const prepare = format === "json" ? prepareJson(service) : prepareText
  return {
    prepare: (level, message, names) => {
      if (!isLogged(level, minimum)) return () => {}
      const print = prepare(level, message, names)
      return (...values) => writer.write(print(clock.currentTimeMillisUnsafe(), values))
    },
  }
}

/** Annotates what an effect logs with the correlation id it works for. */
export const withCorrelationId = (
  id: CorrelationId,
): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("correlation_id", id)

/** Annotates what an effect logs with the lead it works on. */
export const withLeadId = (id: number): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("lead_id", id)
