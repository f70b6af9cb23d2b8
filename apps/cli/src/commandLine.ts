import { Command } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { archive } from "./commands/archive.ts"
import { doctor } from "./commands/doctor.ts"
import { leads } from "./commands/leads.ts"
import { ledger } from "./commands/ledger.ts"
import { migrate } from "./commands/migrate.ts"
import { preview } from "./commands/preview.ts"
import { replay } from "./commands/replay.ts"
import { servers } from "./commands/servers.ts"
import { runCli } from "./runCli.ts"
import { isServer } from "./servers.ts"

const leadGateway = Command.make("lead-gateway").pipe(
  Command.withDescription(
    "Takes sales leads by webhook, decides on them and delivers them to a customer. Settings come from the environment and from .env. Codes: 0 when all went well, also for a server that is stopped; 1 for wrong flags or settings, for a failure, and when doctor or ledger find something; 130 when a command is interrupted",
  ),
  Command.withExamples([
    { command: "lead-gateway start", description: "Run everything, with nothing set" },
    { command: "lead-gateway doctor", description: "Find out what is wrong" },
    { command: "lead-gateway preview lead.json", description: "Explain what would happen to a lead" },
    { command: ". <(lead-gateway --completions bash)", description: "Let the shell complete commands" },
  ]),
  Command.withSubcommands([
    { group: "Processes", commands: servers },
    { group: "Database", commands: [migrate, ledger] },
    { group: "Leads", commands: [preview, leads, replay, archive] },
    { group: "Help", commands: [doctor] },
  ]),
)

/** Reads what was typed, runs it and sets the exit code. */
export const run = (): void =>
  runCli(leadGateway, {
    version: packageJson.version,
    whenStopped: isServer(process.argv[2] ?? "") ? 0 : 130,
  })
