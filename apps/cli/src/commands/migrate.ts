/** `lead-gateway migrate up|down|status|create`. */
import { Argument, Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"
import { json } from "./json.ts"

const up = Command.make(
  "up",
  { json: json("Print the names of what was applied as JSON") },
  lazily(async () => (await import("../operator/migrate.ts")).up),
).pipe(
  Command.withDescription("Apply what is missing, and make room for new leads"),
  Command.withExamples([
    { command: "lead-gateway migrate up", description: "Before the processes of a new version start" },
  ]),
)

const down = Command.make(
  "down",
  {
    count: Flag.Int("count").pipe(
      Flag.withDescription("How many migrations to take back, newest first"),
      Flag.withDefault(1),
    ),
    json: json("Print the names of what was taken back as JSON"),
  },
  lazily(async () => (await import("../operator/migrate.ts")).down),
).pipe(
  Command.withDescription("Take back the newest migrations; their data are lost"),
  Command.withExamples([
    { command: "lead-gateway migrate down", description: "Take back the newest one" },
    { command: "lead-gateway migrate down --count 2", description: "Take back two" },
  ]),
)

const status = Command.make(
  "status",
  { json: json("Print the migrations as JSON, and how they fit this version") },
  lazily(async () => (await import("../operator/migrate.ts")).status),
).pipe(
  Command.withDescription("Show which migrations are applied, and whether this version can work with them"),
  Command.withExamples([{ command: "lead-gateway migrate status", description: "Show them all" }]),
)

const create = Command.make(
  "create",
  { name: Argument.String("name").pipe(Argument.withDescription("What it does, in a few words")) },
  lazily(async () => (await import("../operator/migrate.ts")).create),
).pipe(
  Command.withDescription("Write an empty migration"),
  Command.withExamples([
    { command: "lead-gateway migrate create lead_colour", description: "Write the next number's file" },
  ]),
)

/** The database's schema. */
export const migrate = Command.make("migrate").pipe(
  Command.withDescription("Move the database's schema"),
  Command.withSubcommands([up, down, status, create]),
)
