import type { LoggingSettings, ProcessSettings, Settings } from "@lead-gateway/config"
import { Duration, Effect, Fiber, type Scope } from "effect"
import * as Telemetry from "./Telemetry.ts"

/** What every process is told. */
interface CommonSettings {
  readonly logging: LoggingSettings
  readonly process: ProcessSettings
}

/** A process: its name in logs, the settings it reads, and what it does with them. */
export interface Program<S extends CommonSettings, LoadError, E> {
  readonly service: string
  /** Reads the settings; fails with all that is wrong in them. */
  readonly load: Effect.Effect<Settings.Loaded<S>, LoadError>
  /** Runs until it is interrupted; what it opened in its scope is closed then, in reverse order. */
  readonly main: (settings: S) => Effect.Effect<never, E, Scope.Scope>
}

/**
 * Runs a service until it is interrupted, with its log: reads its settings, tells them, opens what it needs and stops
 * everything in order. Fails as reading the settings and `main` do; logs nothing before the settings are right.
 *
 * What has not stopped by itself within `SHUTDOWN_TIMEOUT` and 5 s is left behind: a Postgres that does not answer, say.
 * `runCommand` makes a process of it.
 */
export const runService = Effect.fnUntraced(function* <S extends CommonSettings, LoadError, E>({
  service,
  load,
  main,
}: Program<S, LoadError, E>): Effect.fn.Return<never, LoadError | E> {
  const { summary, value } = yield* load
  const run = Effect.gen(function* () {
    yield* Effect.annotateLogs(Effect.logInfo("starting"), summary)
    yield* Effect.addFinalizer(() => Effect.logInfo("stopped"))
    return yield* main(value)
  })
  const { logging, process } = value
  return yield* Effect.provide(
    stopWithin(Effect.scoped(run), Duration.sum(process.shutdownTimeout, grace)),
    Telemetry.layer({ service, level: logging.level, format: logging.format }),
  )
})

/** Time for what is not waited for by `SHUTDOWN_TIMEOUT`: closing connections, stopping an embedded Postgres. */
const grace = Duration.seconds(5)

/** Runs an effect; when it is interrupted, waits no longer than this for it to end. */
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
