import { NodeRuntime } from "@effect/platform-node"
import { type LoggingSettings, Settings } from "@lead-gateway/config"
import { Telemetry } from "@lead-gateway/telemetry"
import { Cause, Effect, Exit, type Scope } from "effect"

/** A process: its name in logs, the settings it reads, and what it does with them. */
export interface Program<S extends { readonly logging: LoggingSettings }, E> {
  readonly service: string
  readonly settings: Settings.Settings<S>
  /** Runs until it is interrupted; what it opened in its scope is closed then, in reverse order. */
  readonly main: (settings: S) => Effect.Effect<never, E, Scope.Scope>
}

/**
 * Runs a process to its end and sets the exit code.
 *
 * Wrong settings: a line each on standard error, code 1. A failure: its message on standard error, code 1.
 * SIGINT or SIGTERM: everything is stopped in order, code 0; a second signal does not hurry it.
 */
export const runMain = <
  S extends { readonly logging: LoggingSettings },
  E extends { readonly message: string },
>(
  program: Program<S, E>,
): void =>
  NodeRuntime.runMain(
    start(program).pipe(
      Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))),
    ),
    {
      disableErrorReporting: true,
      teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1),
    },
  )

const start = Effect.fnUntraced(function* <
  S extends { readonly logging: LoggingSettings },
  E extends { readonly message: string },
>({ service, settings, main }: Program<S, E>) {
  const loaded = yield* Settings.load(settings)
  const run = Effect.gen(function* () {
    yield* Effect.annotateLogs(Effect.logInfo("starting"), loaded.summary)
    yield* Effect.addFinalizer(() => Effect.logInfo("stopped"))
    return yield* main(loaded.value)
  })
  return yield* Effect.provide(
    Effect.scoped(run),
    Telemetry.layer({ service, level: loaded.value.logging.level, format: loaded.value.logging.format }),
  )
})

/** Messages for people, to the place where they look when a program does not start. */
const report = (cause: Cause.Cause<{ readonly message: string }>): Effect.Effect<void> =>
  Effect.sync(() => {
    for (const reason of cause.reasons) {
      if (reason._tag === "Fail") process.stderr.write(`${reason.error.message}\n`)
      if (reason._tag === "Die") process.stderr.write(`${describe(reason.defect)}\n`)
    }
  })

/** A defect is a bug: its stack is what helps. */
const describe = (defect: unknown): string =>
  defect instanceof Error ? (defect.stack ?? defect.message) : "the program failed without an error"
