import { oneLine } from "@lead-gateway/document-check"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Console, Effect, Exit } from "effect"
import * as Defect from "./Defect.ts"
import { beginStop, onStop, stopCause } from "./ProcessStop.ts"
import * as Terminal from "./Terminal.ts"

/** A failure of a program: one line, unless it has `lines`. */
export interface Failure {
  readonly message: string
  /** The lines to print instead of the message, where there are several. */
  readonly lines?: ReadonlyArray<string> | undefined
}

/**
 * Runs a program to its end and sets the exit code: 0 when it succeeds, `whenStopped` (0 unless given) when it is stopped
 * by SIGINT, SIGTERM or SIGHUP, 1 when it fails.
 *
 * A failure's message goes to standard error, and what the program prints with Effect's console is `Terminal.printable`. Of a defect only name and stack do: its message may quote a lead. A second
 * signal does not shorten a stop. SIGHUP, which a process gets when its terminal or its SSH session ends, is no reason to
 * lose work in progress: it stops the program as SIGTERM does. An exception that nobody caught, and a promise that was
 * rejected unseen, stop it in order too, with code 1. A stop that takes too long is cut, see `ProcessStop`. Exported as
 * `@lead-gateway/runtime/command`, an entry of its own, so that a command that serves nothing loads no HTTP.
 */
export const runCommand = <A, E extends Failure>(
  program: Effect.Effect<A, E>,
  { whenStopped = 0 }: { readonly whenStopped?: number } = {},
): void => {
  stopOnSignals(whenStopped)
  stopOnExceptions()
  NodeRuntime.runMain(
    Effect.tapCause(program, (cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))).pipe(
      Effect.provideService(Console.Console, Terminal.console),
    ),
    {
      disableErrorReporting: true,
      teardown: (exit, onExit) => {
        if (Exit.isSuccess(exit)) return onExit(0)
        onExit(Cause.hasInterruptsOnly(exit.cause) ? (stopCause()?.code ?? whenStopped) : 1)
      },
    },
  )
}

/** Notes which signal stops the program. Any other stop is passed on as SIGTERM, at which the runtime interrupts it. */
const stopOnSignals = (code: number): void => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => beginStop({ cause: signal, code }))
  }
  // Listeners of SIGTERM see it again: the stop has begun then, and the runtime may interrupt a program twice.
  onStop(() => void process.emit("SIGTERM", "SIGTERM"))
  // With its terminal gone, nothing can be written there: that must not end the process before its work is done.
  process.stderr.on("error", () => {})
}

const stopOnExceptions = (): void => {
  process.on("uncaughtException", (error, origin) => {
    const what = origin === "unhandledRejection" ? "unhandled rejection" : "uncaught exception"
    Terminal.write(process.stderr, `${what}: ${Defect.trace(error)}\n`)
    beginStop({ cause: `${what}: ${Defect.describe(error)}`, code: 1 })
  })
}

/** Prints to standard error the messages of failures and the locations of defects. */
const report = (cause: Cause.Cause<Failure>): Effect.Effect<void> =>
  Effect.sync(() => {
    for (const reason of cause.reasons) {
      if (reason._tag === "Fail") {
        const { message, lines = [message] } = reason.error
        Terminal.write(process.stderr, lines.map((line) => `${oneLine(line)}\n`).join(""))
      }
      if (reason._tag === "Die") Terminal.write(process.stderr, `${Defect.trace(reason.defect)}\n`)
    }
  })
