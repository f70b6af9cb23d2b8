/** `lead-gateway migrate up|down|status|create`, on the configured or the embedded database. */
import type { Migrations } from "@lead-gateway/lead-store"
import { Console, Data, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { relative } from "node:path"
import { json } from "../Output.ts"
import { terminal, withProgress } from "../Progress.ts"
import { isInstalled, shipped } from "../shipped.ts"

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
  return Console.log(names.length === 0 ? "nothing to do" : names.map((name) => `${verb} ${name}`).join("\n"))
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
      Flag.withDescription("How many migrations to take back, newest first"),
      Flag.withDefault(1),
    ),
    json: json("Print the names of what was taken back as JSON"),
  },
  Effect.fnUntraced(function* ({ count, ...printed }: Printed & { readonly count: number }) {
    const { Migrations } = yield* store
    const { connection } = yield* database
    const names = yield* withProgress("taking back", terminal(), () =>
      Migrations.down({ connection, directory, count }),
    )
    yield* report(names, "took back", printed)
  }, Effect.scoped),
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
  Effect.fnUntraced(function* ({ json }: Printed) {
    const { Migrations } = yield* store
    const { connection } = yield* database
    const states = yield* Migrations.status({ connection, directory })
    const fit = Migrations.schemaFit(states)
    yield* Console.log(
      json
        ? JSON.stringify({ fit: fitNames[fit._tag], migrations: states.map(stateJson) })
        : [...states.map(stateLine), ...fitLines(fit)].join("\n"),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription("Show which migrations are applied, and whether this version can work with them"),
  Command.withExamples([{ command: "lead-gateway migrate status", description: "Show them all" }]),
)

/** The values of `fit` in the JSON of `status`. */
const fitNames = {
  Current: "current",
  Newer: "newer",
  Behind: "behind",
  SchemaTooNew: "too_new",
} as const satisfies Record<Migrations.SchemaFit["_tag"], string>

const stateJson = ({ appliedAt, known, name, requires }: Migrations.MigrationState) => ({
  name,
  applied_at: appliedAt?.toISOString() ?? null,
  requires: requires ?? null,
  known,
})

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
    yield* Console.log(relative(process.cwd(), yield* Migrations.create(directory, name)))
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
