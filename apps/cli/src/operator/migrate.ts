/** What `lead-gateway migrate` does, on the database that is configured or embedded. */
import { LeadDatabase, maintainPartitions, Migrations } from "@lead-gateway/lead-store"
import { Console, Data, Effect } from "effect"
import { relative } from "node:path"
import { operatorDatabase } from "../Database.ts"
import { terminal, withProgress } from "../Progress.ts"
import { isInstalled, shipped } from "../shipped.ts"

const directory = shipped.migrations

const database = operatorDatabase({ mayMake: true })

const target = Effect.map(database, ({ connection }) => ({ connection, directory }))

interface Printed {
  readonly json: boolean
}

const report = (done: ReadonlyArray<string>, verb: "applied" | "took back", { json }: Printed) => {
  if (json) return Console.log(JSON.stringify({ [verb.replace(" ", "_")]: done }))
  return Console.log(done.length === 0 ? "nothing to do" : done.map((name) => `${verb} ${name}`).join("\n"))
}

/** Applies what is missing, and makes partitions for new leads. */
export const up = Effect.fnUntraced(function* (printed: Printed) {
  const { connection, pool } = yield* database
  const applied = yield* withProgress("migrating", terminal(), () => Migrations.up({ connection, directory }))
  yield* report(applied, "applied", printed)
  // The apps may have a role that creates no tables.
  yield* Effect.provide(
    maintainPartitions,
    LeadDatabase.pool({
      connection,
      pool: { ...pool, minConnections: 0 },
      applicationName: "lead-gateway-migrate",
    }),
  )
}, Effect.scoped)

/** Takes back the newest migrations. */
export const down = Effect.fnUntraced(function* ({
  count,
  ...printed
}: Printed & { readonly count: number }) {
  const options = { ...(yield* target), count }
  const done = yield* withProgress("taking back", terminal(), () => Migrations.down(options))
  yield* report(done, "took back", printed)
}, Effect.scoped)

/** Prints which migrations are applied, and how they fit this version. */
export const status = Effect.fnUntraced(function* ({ json }: Printed) {
  const states = yield* Migrations.status(yield* target)
  const fit = Migrations.schemaFit(states)
  yield* Console.log(
    json
      ? JSON.stringify({ fit: fitNames[fit._tag], migrations: states.map(stateJson) })
      : [...states.map(stateLine), ...fitLines(fit)].join("\n"),
  )
}, Effect.scoped)

/** How a schema fits, as JSON says it. */
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

/** Migrations come with a version, and those of an installed one go with it. */
class NoCheckout extends Data.TaggedError("NoCheckout")<{ readonly message: string }> {}

/** Writes an empty migration beside the others, and prints its path; in a checkout of the repository alone. */
export const create = Effect.fnUntraced(function* ({ name }: { readonly name: string }) {
  if (isInstalled) {
    return yield* new NoCheckout({ message: "migrations are written in a checkout of the repository" })
  }
  yield* Console.log(relative(process.cwd(), yield* Migrations.create(directory, name)))
})
