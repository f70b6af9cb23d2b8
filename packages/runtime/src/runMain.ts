import { type LoggingSettings, Settings } from "@lead-gateway/config"
import { Telemetry } from "@lead-gateway/telemetry"
import { Effect, type Scope } from "effect"
import { runCommand } from "./runCommand.ts"

/** A process: its name in logs, the settings it reads, and what it does with them. */
export interface Program<S extends { readonly logging: LoggingSettings }, E> {
  readonly service: string
  readonly settings: Settings.Settings<S>
  /** Runs until it is interrupted; what it opened in its scope is closed then, in reverse order. */
  readonly main: (settings: S) => Effect.Effect<never, E, Scope.Scope>
}

/**
 * Runs a service until it is stopped.
 *
 * Wrong settings: a line each on standard error, code 1. A failure: its message on standard error, code 1.
 * SIGINT or SIGTERM: everything is stopped in order, code 0.
 */
export const runMain = <
  S extends { readonly logging: LoggingSettings },
  E extends { readonly message: string },
>({
  service,
  settings,
  main,
}: Program<S, E>): void =>
  runCommand(
    Effect.gen(function* () {
      const { summary, value } = yield* Settings.load(settings)
      const run = Effect.gen(function* () {
        yield* Effect.annotateLogs(Effect.logInfo("starting"), summary)
        yield* Effect.addFinalizer(() => Effect.logInfo("stopped"))
        return yield* main(value)
      })
      return yield* Effect.provide(
        Effect.scoped(run),
        Telemetry.layer({ service, level: value.logging.level, format: value.logging.format }),
      )
    }),
  )
