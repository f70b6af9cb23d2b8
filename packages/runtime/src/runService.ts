import type { LoggingSettings, ProcessSettings, Settings } from "@lead-gateway/config"
import { Duration, Effect, Fiber, type Scope } from "effect"
import * as Telemetry from "./Telemetry.ts"

/** The settings that every process has. */
interface CommonSettings {
  readonly logging: LoggingSettings
  readonly process: ProcessSettings
}

/** A process: its name in logs, the settings it reads, and what it does with them. */
export interface Program<S extends CommonSettings, LoadError, E> {
  readonly service: string
  /** Reads the settings; fails with all mistakes in them. */
  readonly load: Effect.Effect<Settings.Loaded<S>, LoadError>
  /** Runs until it is interrupted. Then its scope closes: resources are released in reverse order. */
  readonly main: (settings: S) => Effect.Effect<never, E, Scope.Scope>
}

/**
 * Runs a service until it is interrupted: reads its settings, sets up the log, logs a summary of the settings without
 * secrets and what is probably wrong with them, runs `main` and stops in order. Fails as `load` and `main` do. Nothing is logged before the settings are valid.
 *
 * A stop takes `SHUTDOWN_TIMEOUT` and 5 s at most; what has not stopped by then, waiting for a Postgres that does not
 * answer, say, is abandoned. `runCommand` makes a process of it.
 */
export const runService = Effect.fnUntraced(function* <S extends CommonSettings, LoadError, E>({
  service,
  load,
  main,
}: Program<S, LoadError, E>): Effect.fn.Return<never, LoadError | E> {
  const { summary, value, warnings } = yield* load
  const run = Effect.gen(function* () {
    yield* Effect.annotateLogs(Effect.logInfo("starting"), summary)
    for (const warning of warnings) yield* Effect.logWarning(warning)
    yield* Effect.addFinalizer(() => Effect.logInfo("stopped"))
    return yield* main(value)
  })
  const { logging, process } = value
  return yield* Effect.provide(
    stopWithin(Effect.scoped(run), Duration.sum(process.shutdownTimeout, grace)),
    Telemetry.layer({ service, level: logging.level, format: logging.format }),
  )
})

/** Time for what `SHUTDOWN_TIMEOUT` does not include: closing connections, stopping an embedded Postgres. */
const grace = Duration.seconds(5)

/** Runs an effect; when it is interrupted, waits at most this long for it to end. */
const stopWithin = <A, E, R>(run: Effect.Effect<A, E, R>, limit: Duration.Duration): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.forkDetach(run), (fiber) =>
    Effect.onInterrupt(Fiber.join(fiber), () =>
      Effect.suspend(() => {
        fiber.interruptUnsafe()
        return Effect.interruptible(Effect.asVoid(Fiber.await(fiber)))
      }).pipe(
        Effect.timeoutOrElse({
          duration: limit,
          orElse: () => Effect.logWarning("the stop takes too long; what is left is cut"),
        }),
      ),
    ),
  )
