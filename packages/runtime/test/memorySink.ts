import { Effect, type Scope } from "effect"
import { Telemetry } from "@lead-gateway/runtime"

/** A sink that keeps what is written, one element per write; `written` waits for the first write. */
export const memorySink = () => {
  const writes: Array<string> = []
  const first = Promise.withResolvers<string>()
  const write = (text: string) => {
    writes.push(text)
    first.resolve(text)
  }
  return { writes, written: Effect.promise(() => first.promise), writable: true, write, on: () => undefined }
}

/** The lines that a program logs. */
export const linesOf = <E>(
  program: Effect.Effect<void, E, Scope.Scope>,
  options: Partial<Telemetry.TelemetryOptions> = {},
): Effect.Effect<ReadonlyArray<string>, E> =>
  Effect.suspend(() => {
    const sink = memorySink()
    return program.pipe(
      Effect.scoped,
      Effect.provide(Telemetry.layer({ service: "api", level: "info", format: "json", sink, ...options })),
      Effect.map(() => sink.writes.join("").split("\n").slice(0, -1)),
    )
  })

/** The lines that a program logs, as objects. */
export const entriesOf = <E>(
  program: Effect.Effect<void, E, Scope.Scope>,
  options: Partial<Telemetry.TelemetryOptions> = {},
): Effect.Effect<ReadonlyArray<Record<string, unknown>>, E> =>
  Effect.map(linesOf(program, options), (lines) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  )
