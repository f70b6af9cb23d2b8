/**
 * Structured logs: one line per entry on standard output, as JSON for machines or text for people.
 *
 * Apps provide {@link layer} once; code logs with `Effect.logInfo` and the like, a constant message and
 * annotations. Entries carry `timestamp`, `level`, `message`, `service`, `correlation_id`, `lead_id`, `trace_id` and
 * `span_id` first, then all other annotations. `LineLog` writes lines that occur once per lead. A failure with a tag is logged by
 * its tag and message; anything else that was thrown by its name and location, never by its message, which may quote a
 * lead. The stack follows at debug level. Traces are in `Tracing`.
 */
import { Clock, Context, Effect, Layer, Logger, References, type Scope } from "effect"
import { writeSync } from "node:fs"
import type { CorrelationId } from "./CorrelationId.ts"
import { entryOf, type LogLevel } from "./internal/entry.ts"
import { formatJson, formatText } from "./internal/lineFormat.ts"
import { LineLog, makeLineLog } from "./LineLog.ts"

export type { LogLevel } from "./internal/entry.ts"

/** The destination of lines: `process.stdout` or a similar stream. */
interface LineSink {
  readonly writable: boolean
  readonly write: (text: string) => unknown
  readonly on: (event: "error", listener: (error: Error) => void) => unknown
  /** The descriptor of a stream of the process. */
  readonly fd?: number
}

/** The format of the log and where it is written. */
export interface TelemetryOptions {
  /** Which app this is: `api`, `worker`, `gateway`. */
  readonly service: string
  readonly level: LogLevel
  /** `json` for machines; `text` for people, without `service`, in local time with its offset from UTC. */
  readonly format: "json" | "text"
  /** See {@link SlowMs}. */
  readonly slowMs?: number | undefined
  /** Standard output by default. */
  readonly sink?: LineSink | undefined
}

/** From how many milliseconds on a request or an attempt is logged as a warning: `SLOW_MS`, 1000 unless set. */
export const SlowMs: Context.Reference<number> = Context.Reference("@lead-gateway/runtime/SlowMs", {
  defaultValue: () => 1000,
})

const minimumLevel = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

/**
 * Replaces the loggers of the program, provides its `LineLog`, and sets the level of both.
 *
 * Lines of one turn of the event loop are written together; the rest is written when the scope closes and when the
 * process exits. If the reader of the log closes it (EPIPE), the program continues without a log.
 */
export const layer = (options: TelemetryOptions): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const writer = yield* makeLineWriter(options.sink ?? process.stdout)
      return Layer.mergeAll(
        Logger.layer([logger(options, writer)]),
        Layer.succeed(LineLog, makeLineLog({ ...options, clock: yield* Clock.Clock, write: writer.write })),
        Layer.succeed(SlowMs, options.slowMs ?? 1000),
        Layer.succeed(References.MinimumLogLevel, minimumLevel[options.level]),
      )
    }),
  )

const logger = ({ format, level, service }: TelemetryOptions, writer: LineWriter) => {
  const print = format === "json" ? formatJson(service) : formatText
  const withStack = level === "debug"
  return Logger.make<unknown, void>((options) => writer.write(print(entryOf(options, withStack))))
}

/** Annotates what an effect logs with the correlation id it works for. */
export const withCorrelationId = (
  id: CorrelationId,
): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("correlation_id", id)

/** Annotates what an effect logs with the lead it works on. */
export const withLeadId = (id: number): (<A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.annotateLogs("lead_id", id)

/** Accepts lines without blocking. */
interface LineWriter {
  readonly write: (line: string) => void
}

/**
 * Buffers lines and writes those of one turn of the event loop together.
 *
 * The rest is written when the scope closes, or when the process exits without closing it: then to the descriptor itself,
 * since nobody waits for a stream any more. When the sink is closed, lines are dropped silently, because there is no other
 * place to report it.
 */
const makeLineWriter = (sink: LineSink): Effect.Effect<LineWriter, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let lines = ""
      const flush = (): void => {
        const text = lines
        lines = ""
        if (text !== "" && sink.writable) sink.write(text)
      }
      const write = (line: string): void => {
        if (lines === "") setImmediate(flush)
        lines += `${line}\n`
      }
      const writeRest = (): void => {
        const text = lines
        lines = ""
        if (text === "" || !sink.writable) return
        if (sink.fd === undefined) sink.write(text)
        else writeNow(sink.fd, text)
      }
      surviveErrors(sink)
      process.on("exit", writeRest)
      return { write, flush, writeRest }
    }),
    ({ flush, writeRest }) =>
      Effect.sync(() => {
        process.off("exit", writeRest)
        flush()
      }),
  )

/** How long the exit of the process waits for a slow reader of its log. */
const patienceMs = 2000

/** Writes a text as a whole: a pipe or a socket takes no more than its buffer has room for. */
const writeNow = (fd: number, text: string): void => {
  let rest = Buffer.from(text)
  const end = performance.now() + patienceMs
  while (rest.length > 0 && performance.now() < end) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

const surviving = new WeakSet<LineSink>()

/** An `error` event without a listener would end the process. One listener stays for the life of the sink. */
const surviveErrors = (sink: LineSink): void => {
  if (surviving.has(sink)) return
  surviving.add(sink)
  sink.on("error", () => {})
}
