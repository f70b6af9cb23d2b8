import { Effect, type Scope } from "effect"

/** The destination of lines: `process.stdout` or a similar stream. */
export interface LineSink {
  readonly writable: boolean
  readonly write: (text: string) => unknown
  readonly on: (event: "error", listener: (error: Error) => void) => unknown
}

/** Accepts lines without blocking. */
export interface LineWriter {
  readonly write: (line: string) => void
}

/**
 * Gathers lines and writes those of one turn of the event loop together.
 *
 * The rest is written when the scope closes, or when the process exits without closing it: writes to standard output are
 * synchronous on POSIX, so they still succeed. A closed sink drops lines silently, because there is no other place to
 * report it.
 */
export const makeLineWriter = (sink: LineSink): Effect.Effect<LineWriter, never, Scope.Scope> =>
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
      surviveErrors(sink)
      process.on("exit", flush)
      return { write, flush }
    }),
    ({ flush }) =>
      Effect.sync(() => {
        process.off("exit", flush)
        flush()
      }),
  )

const surviving = new WeakSet<LineSink>()

/** An `error` event without a listener would end the process. One listener stays for the life of the sink. */
const surviveErrors = (sink: LineSink): void => {
  if (surviving.has(sink)) return
  surviving.add(sink)
  sink.on("error", () => {})
}
