import { LeadDatabase, maintainPartitions, Migrations } from "@lead-gateway/lead-store"
import { runCli } from "@lead-gateway/runtime"
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { operatorDatabase } from "./Database.ts"

const directory = "migrations"

const database = operatorDatabase({ mayMake: true })

const target = Effect.map(database, ({ connection }) => ({ connection, directory }))

const report = (done: ReadonlyArray<string>, verb: string) =>
  Console.log(done.length === 0 ? "nothing to do" : done.map((name) => `${verb} ${name}`).join("\n"))

const up = Command.make("up", {}, () =>
  Effect.gen(function* () {
    const { connection, pool } = yield* database
    yield* report(yield* Migrations.up({ connection, directory }), "applied")
    // The apps may have a role that creates no tables.
    yield* Effect.provide(
      maintainPartitions,
      LeadDatabase.pool({
        connection,
        pool: { ...pool, minConnections: 0 },
        applicationName: "lead-gateway-migrate",
      }),
    )
  }),
).pipe(Command.withDescription("Apply what is missing, and make room for new leads"))

const down = Command.make(
  "down",
  {
    count: Flag.Int("count").pipe(
      Flag.withDescription("How many migrations to take back, newest first"),
      Flag.withDefault(1),
    ),
  },
  ({ count }) =>
    Effect.gen(function* () {
      yield* report(yield* Migrations.down({ ...(yield* target), count }), "took back")
    }),
).pipe(Command.withDescription("Take back the newest migrations; their data are lost"))

const status = Command.make("status", {}, () =>
  Effect.gen(function* () {
    const states = yield* Migrations.status(yield* target)
    yield* Console.log([...states.map(stateLine), ...fitLines(Migrations.schemaFit(states))].join("\n"))
  }),
).pipe(
  Command.withDescription("Show which migrations are applied, and whether this version can work with them"),
)

const stateLine = ({ appliedAt, known, name, requires }: Migrations.MigrationState): string => {
  const state = appliedAt === null ? "missing" : `applied ${appliedAt.toISOString()}`
  const needs =
    requires === undefined ? "" : `  (for versions that know ${String(requires).padStart(4, "0")})`
  return `${name}  ${state}${needs}${known ? "" : "  (unknown to this version)"}`
}

const fitLines = (fit: Migrations.SchemaFit): ReadonlyArray<string> => {
  switch (fit._tag) {
    case "Current":
    case "Behind":
      return []
    case "Newer":
      return ["the database is newer than this version, which can work with it"]
    case "SchemaTooNew":
      return [fit.message]
  }
}

const create = Command.make("create", { name: Argument.String("name") }, ({ name }) =>
  Effect.flatMap(Migrations.create(directory, name), Console.log),
).pipe(Command.withDescription("Write an empty migration"))

const migrate = Command.make("migrate").pipe(
  Command.withDescription("Move the database's schema"),
  Command.withSubcommands([up, down, status, create]),
)

runCli(migrate, packageJson)
