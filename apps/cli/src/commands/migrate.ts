/** `lead-gateway migrate up|down|status|create`, on the configured or the embedded database. */
import { oneLine } from "@lead-gateway/document-check"
import type { Migrations } from "@lead-gateway/lead-store"
import { Console, Data, Effect } from "effect"
import { Argument, Command, Flag, Prompt } from "effect/cli"
import { relative } from "node:path"
import { json } from "../Output.ts"
import { terminal, withProgress } from "../Progress.ts"
import { isInstalled, shipped } from "../shipped.ts"
import { statesAsJson, statesAsText } from "./migrationStates.ts"

const directory = shipped.migrations

const store = Effect.promise(() => import("@lead-gateway/lead-store"))

const database = Effect.flatMap(
  Effect.promise(() => import("../Database.ts")),
  ({ operatorDatabase }) => operatorDatabase({ createsDatabase: true }),
)

interface Printed {
  readonly json: boolean
}

const report = (names: ReadonlyArray<string>, verb: "applied" | "took back", { json }: Printed) => {
  if (json) return Console.log(JSON.stringify({ [verb.replace(" ", "_")]: names }))
  return Console.log(
    names.length === 0 ? "nothing to do" : names.map((name) => `${verb} ${oneLine(name)}`).join("\n"),
  )
}

const up = Command.make(
  "up",
  { json: json("Print the names of what was applied as JSON") },
  Effect.fnUntraced(function* (printed: Printed) {
    const { LeadDatabase, maintainPartitions, Migrations } = yield* store
    const { connection, pool } = yield* database
    const applied = yield* withProgress("migrating", terminal(), () =>
      Migrations.up({ connection, directory }),
    )
    yield* report(applied, "applied", printed)
    // The role of the apps may lack the right to create tables.
    yield* Effect.provide(
      maintainPartitions,
      LeadDatabase.pool({
        connection,
        pool: { ...pool, minConnections: 0 },
        applicationName: "lead-gateway-migrate",
      }),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription("Apply what is missing, and create partitions for new leads"),
  Command.withExamples([
    { command: "lead-gateway migrate up", description: "Before the processes of a new version start" },
  ]),
)

const down = Command.make(
  "down",
  {
    count: Flag.Int("count").pipe(
      Flag.withDescription("How many migrations to take back, newest first; 1 unless given"),
      Flag.filter(
        (count) => count >= 1,
        (count) => `found ${count}, expected a whole number from 1`,
      ),
      Flag.withDefault(1),
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Lose the data that they hold, without being asked"),
      Flag.withDefault(false),
    ),
    whileConnected: Flag.Boolean("while-connected").pipe(
      Flag.withDescription("Also while processes are connected, which will fail until this is applied again"),
      Flag.withDefault(false),
    ),
    json: json("Print the names of what was taken back as JSON, or what would be lost or is connected"),
  },
  Effect.fnUntraced(function* ({ count, whileConnected, yes, ...printed }: DownFlags) {
    const { Migrations } = yield* store
    const { connection } = yield* database
    const takeBack = (loseData: boolean) =>
      withProgress("taking back", terminal(), () =>
        Migrations.down({ connection, directory, count, loseData, whileConnected }),
      )
    const names = yield* takeBack(yes).pipe(
      Effect.catchTag("DataWouldBeLost", (refusal) =>
        Effect.flatMap(isPermitted(refusal, printed), (permitted) =>
          permitted ? takeBack(true) : Effect.fail(refusal),
        ),
      ),
      Effect.tapError((refusal) => (printed.json ? printRefusal(refusal) : Effect.void)),
      Effect.mapError(withAdvice),
    )
    yield* report(names, "took back", printed)
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Take back the newest migrations. Data that would be lost are named, and lost only with --yes, or when that is answered on a terminal; refused while processes are connected",
  ),
  Command.withShortDescription("Take back the newest migrations"),
  Command.withExamples([
    { command: "lead-gateway migrate down", description: "Take back the newest one, if nothing is lost" },
    { command: "lead-gateway migrate down --count 2 --yes", description: "Take back two with their data" },
  ]),
)

interface DownFlags extends Printed {
  readonly count: number
  readonly yes: boolean
  readonly whileConnected: boolean
}

type DownFailure = Effect.Error<ReturnType<typeof Migrations.down>>

/** Asks on a terminal whether data may be lost; elsewhere nobody can answer, and the answer is no. */
const isPermitted = ({ message }: Migrations.DataWouldBeLost, { json }: Printed) =>
  json || !process.stdin.isTTY || !process.stdout.isTTY
    ? Effect.succeed(false)
    : Effect.andThen(
        Console.log(message),
        Effect.orElseSucceed(
          Prompt.run(Prompt.Confirm({ message: "Lose them?", initial: false })),
          () => false,
        ),
      )

/** What was refused, and why, for machines. */
const printRefusal = (refusal: DownFailure) => {
  switch (refusal._tag) {
    case "DataWouldBeLost":
      return Console.log(
        JSON.stringify({ took_back: [], refused: "data_would_be_lost", losses: refusal.losses }),
      )
    case "ProcessesConnected":
      return Console.log(
        JSON.stringify({ took_back: [], refused: "processes_connected", processes: refusal.processes }),
      )
    default:
      return Effect.void
  }
}

/** The migrations were not taken back. */
class DownRefused extends Data.TaggedError("DownRefused")<{ readonly lines: ReadonlyArray<string> }> {
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** A refusal with what to do about it. */
const withAdvice = (failure: DownFailure) => {
  switch (failure._tag) {
    case "DataWouldBeLost":
      return new DownRefused({
        lines: [
          ...failure.message.split("\n"),
          "nothing was changed; make a copy with pg_dump, and use --yes to lose them",
        ],
      })
    case "ProcessesConnected":
      return new DownRefused({
        lines: [
          ...failure.message.split("\n"),
          "nothing was changed; stop them first, or use --while-connected",
        ],
      })
    default:
      return failure
  }
}

const status = Command.make(
  "status",
  { json: json("Print the migrations as JSON, and how they fit this version") },
  Effect.fnUntraced(function* ({ json }: Printed) {
    const { Migrations } = yield* store
    const { connection } = yield* database
    const states = yield* Migrations.status({ connection, directory })
    const print = json ? statesAsJson : statesAsText
    yield* Console.log(print(states, Migrations.schemaFit(states)))
  }, Effect.scoped),
).pipe(
  Command.withDescription("Show which migrations are applied, and whether this version can work with them"),
  Command.withExamples([{ command: "lead-gateway migrate status", description: "Show them all" }]),
)

/** An installed program cannot create migrations: they belong to the repository. */
class NoCheckout extends Data.TaggedError("NoCheckout")<{ readonly message: string }> {}

const create = Command.make(
  "create",
  { name: Argument.String("name").pipe(Argument.withDescription("What it does, in a few words")) },
  Effect.fnUntraced(function* ({ name }: { readonly name: string }) {
    if (isInstalled) {
      return yield* new NoCheckout({ message: "migrations are created in a checkout of the repository" })
    }
    const { Migrations } = yield* store
    yield* Console.log(oneLine(relative(process.cwd(), yield* Migrations.create(directory, name))))
  }),
).pipe(
  Command.withDescription("Write an empty migration"),
  Command.withExamples([
    { command: "lead-gateway migrate create lead_colour", description: "Write the next number's file" },
  ]),
)

/** Migrates the database's schema. */
export const migrate = Command.make("migrate").pipe(
  Command.withDescription("Migrate the database's schema"),
  Command.withSubcommands([up, down, status, create]),
)
