import type { LoggingSettings, ProcessSettings, Settings, TraceSettings } from "@lead-gateway/config"
import { Cause, Deferred, Duration, Effect, Exit, Fiber, Option, type Scope } from "effect"
import * as Defect from "./Defect.ts"
import { beginStop, limitStop, stopCause } from "./ProcessStop.ts"
import * as Telemetry from "./Telemetry.ts"
import { make as makeTracing, Tracing } from "./Tracing.ts"

/** The settings that every process has. */
interface CommonSettings {
  readonly logging: LoggingSettings
  readonly process: ProcessSettings
  readonly traces: Option.Option<TraceSettings>
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
 * A stop, asked for or after a failure of `main`, logs its cause and takes `SHUTDOWN_TIMEOUT` and 5 s at most; what has not
 * stopped by then, waiting for a Postgres that does not answer, say, is abandoned. `runCommand` makes a process of it.
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
    // Made first, so that it ends last: what stops is still traced.
    const tracing = yield* makeTracing(value.traces, service)
    return yield* Effect.provideService(main(value), Tracing, tracing)
  })
  const { logging, process } = value
  limitStop(Duration.toMillis(Duration.sum(process.shutdownTimeout, grace)))
  return yield* Effect.provide(
    stopWithin(run, Duration.sum(process.shutdownTimeout, orderly)),
    Telemetry.layer({ service, level: logging.level, format: logging.format, slowMs: logging.slowMs }),
  )
})

/**
 * Time for what `SHUTDOWN_TIMEOUT` does not include: closing connections, stopping an embedded Postgres. A stop that takes
 * longer than `orderly` is abandoned; at `grace` the process ends, even if that does not work either.
 */
const orderly = Duration.millis(4500)
const grace = Duration.millis(4900)

/**
 * Runs an effect in a scope of its own. When it is interrupted or ends, logs why, and waits at most this long for it and
 * its scope to end.
 */
const stopWithin = <A, E>(
  run: Effect.Effect<A, E, Scope.Scope>,
  limit: Duration.Duration,
): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const over = yield* Deferred.make<A, E>()
    const fiber = yield* Effect.forkDetach(
      Effect.scoped(Effect.onExit(run, (exit) => Deferred.done(over, exit))),
    )
    return yield* Effect.onExit(Deferred.await(over), (exit) => {
      return Effect.andThen(
        logStop(exit),
        Effect.suspend(() => {
          fiber.interruptUnsafe()
          return Effect.interruptible(Effect.asVoid(Fiber.await(fiber)))
        }).pipe(
          Effect.timeoutOrElse({
            duration: limit,
            orElse: () => Effect.logWarning("the stop takes too long; what is left is cut"),
          }),
        ),
      )
    })
  })

/** Logs what begins a stop: a failure, unless the process is being stopped already. */
const logStop = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
      beginStop({ cause: describe(exit.cause), code: 1 }, true)
    }
    const { cause, code } = stopCause() ?? { cause: "interrupted", code: 0 }
    return Effect.annotateLogs(code === 0 ? Effect.logInfo("stopping") : Effect.logError("stopping"), {
      cause,
    })
  })

/** A failure's message, or what a defect is and where; never a defect's message, which may quote a lead. */
const describe = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.findErrorOption(cause)
  if (Option.isNone(error)) return Defect.describe(Cause.squash(cause))
  return error.value instanceof Error ? error.value.message : Defect.describe(error.value)
}
