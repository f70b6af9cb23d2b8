/** The command line: its commands, how they are run, and the exit codes. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { runCommand } from "@lead-gateway/runtime/command"
import { Effect } from "effect"
import { CliConfig, CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { archive } from "./commands/archive.ts"
import { backup } from "./commands/backup.ts"
import { demoCustomer, demoCustomerName } from "./commands/demoCustomer.ts"
import { doctor } from "./commands/doctor.ts"
import { healthcheck } from "./commands/healthcheck.ts"
import { leads } from "./commands/leads.ts"
import { ledger } from "./commands/ledger.ts"
import { migrate } from "./commands/migrate.ts"
import { preview } from "./commands/preview.ts"
import { replay } from "./commands/replay.ts"
import { restore } from "./commands/restore.ts"
import { servers } from "./commands/servers.ts"
import { smoke } from "./commands/smoke.ts"
import { token } from "./commands/token.ts"
import { helpFormatter } from "./HelpFormatter.ts"
import { isServer } from "./servers.ts"

const leadGateway = Command.make("lead-gateway").pipe(
  Command.withDescription(
    "Receives sales leads by webhook, decides on them and delivers them to a customer. Settings come from the environment and from .env. Codes: 0 when all went well, also for a server that is stopped; 1 for wrong flags or settings, for a failure, and when doctor or ledger report something; 130 when a command is interrupted",
  ),
  Command.withExamples([
    { command: "lead-gateway start", description: "Run everything, with nothing set" },
    { command: "lead-gateway doctor", description: "Find out what is wrong" },
    { command: "lead-gateway preview lead.json", description: "Explain what would happen to a lead" },
    { command: ". <(lead-gateway --completions bash)", description: "Let the shell complete commands" },
  ]),
  Command.withSubcommands([
    { group: "Processes", commands: [...servers, demoCustomer] },
    { group: "Database", commands: [migrate, ledger, backup, restore] },
    { group: "Leads", commands: [preview, leads, replay, archive] },
    { group: "Operators", commands: [token] },
    { group: "Help", commands: [doctor, healthcheck, smoke] },
  ]),
)

/** Without the wizard, and without `--log-level`: `LOG_LEVEL` sets the level for every command. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/**
 * Parses the arguments of the process, runs the command and sets the exit code: 0 when all went well, 1 for wrong flags
 * and for a failure; after SIGINT, SIGTERM or SIGHUP 0 for a server and 130 for any other command.
 */
export const run = (): void => {
  const [, , name = ""] = process.argv
  const options = {
    version: packageJson.version,
    whenStopped: isServer(name) || name === demoCustomerName ? 0 : 130,
  }
  runCommand(
    Command.run(leadGateway, options).pipe(
      // The help text and the errors have been printed.
      Effect.catchIf(
        (error): error is CliError.ShowHelp => error instanceof CliError.ShowHelp,
        ({ errors }) =>
          Effect.sync(() => {
            process.exitCode = errors.length === 0 ? 0 : 1
          }),
      ),
      Effect.scoped,
      Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns }), CliOutput.layer(helpFormatter())]),
    ),
    options,
  )
}
