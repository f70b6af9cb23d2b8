import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, type Scope } from "effect"
import { CliError, Command } from "effect/cli"
import { runCommand } from "./runCommand.ts"

/** Runs a command of an operator to its end, and sets the exit code: 1 for wrong flags and for a failure. */
export const runCli = <Name extends string, Input, Context, E extends { readonly message: string }>(
  command: Command.Command<Name, Input, Context, E, Scope.Scope | NodeServices.NodeServices>,
  options: { readonly version: string },
): void =>
  runCommand(
    Command.run(command, options).pipe(
      // The help text has been printed, with what was wrong.
      Effect.catchIf(
        (error): error is CliError.ShowHelp => error instanceof CliError.ShowHelp,
        ({ errors }) =>
          Effect.sync(() => {
            process.exitCode = errors.length === 0 ? 0 : 1
          }),
      ),
      Effect.scoped,
      Effect.provide(NodeServices.layer),
    ),
  )
