import * as NodeServices from "@effect/platform-node/NodeServices"
import { runCommand } from "@lead-gateway/runtime/command"
import { Effect, type Scope } from "effect"
import { CliConfig, CliError, Command, GlobalFlag } from "effect/cli"

/** Without the wizard; and without `--log-level`, which is `LOG_LEVEL` here and no matter of a single command. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/**
 * Runs a command line to its end and sets the exit code: 0 when all went well, 1 for wrong flags and for a failure, and
 * `whenStopped` when it is ended by SIGINT or SIGTERM.
 */
export const runCli = <Name extends string, Input, Context, E extends { readonly message: string }>(
  command: Command.Command<Name, Input, Context, E, Scope.Scope | NodeServices.NodeServices>,
  options: { readonly version: string; readonly whenStopped: number },
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
      Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns })]),
    ),
    options,
  )
