import type { DatabaseConnection, DatabasePool } from "@lead-gateway/config"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { diagnose, type Diagnosis, LeadDatabase, Migrations } from "@lead-gateway/lead-store"
import { Effect, Option, type Scope } from "effect"
import { resolve } from "node:path"
import { openDatabase } from "../Database.ts"
import { shipped } from "../shipped.ts"
import { about, type Finding } from "./Finding.ts"
import type { CheckedSettings } from "./configuration.ts"

const { ok, warning, wrong } = about("database")
const clock = about("clock")

interface Target {
  readonly connection: Pick<DatabaseConnection, "url" | "ssl">
  readonly pool: DatabasePool
  readonly migrateOnStart: boolean
  /** How findings name it: host, port and name, or the folder. */
  readonly where: string
}

/** Postgres: connection, version, schema, rights of the role, settings, and the difference of the clocks. */
export const checkDatabase = Effect.fnUntraced(function* ({
  database,
  dataDirectory,
}: CheckedSettings): Effect.fn.Return<ReadonlyArray<Finding>, never, Scope.Scope> {
  if (Option.isNone(database)) return []
  const { connection, migrateOnStart, pool } = database.value
  if (Option.isSome(connection)) {
    const { target: where } = connection.value
    return yield* checkTarget({ connection: connection.value, pool, migrateOnStart, where })
  }
  if (Option.isNone(dataDirectory)) return []
  const folder = resolve(dataDirectory.value)
  if (!(yield* EmbeddedPostgres.exists(folder))) {
    return [ok(`DATA_DIR ${folder}`, "there is no database yet; the first start creates one")]
  }
  return yield* Effect.matchEffect(openDatabase(connection, folder), {
    onSuccess: (embedded) => checkTarget({ connection: embedded, pool, migrateOnStart, where: folder }),
    onFailure: ({ message }) =>
      Effect.succeed([
        wrong(`DATA_DIR ${folder}`, message, "start the gateway there, or name another folder"),
      ]),
  })
})

const checkTarget = Effect.fnUntraced(function* (target: Target): Effect.fn.Return<ReadonlyArray<Finding>> {
  const { connection, pool, where } = target
  const states = yield* Effect.result(Migrations.status({ connection, directory: shipped.migrations }))
  if (states._tag === "Failure") {
    const { message, sqlState, unavailable } = states.failure
    return [wrong(where, `cannot be queried: ${message}`, accessAdvice(sqlState, unavailable))]
  }
  const schema = schemaFinding(target, Migrations.schemaFit(states.success))
  const server = diagnose.pipe(
    Effect.match({
      onSuccess: (diagnosis) => [
        ...serverFindings(where, diagnosis),
        schema,
        ...rightsFindings(where, diagnosis),
      ],
      onFailure: ({ message }) => [
        schema,
        wrong(where, `accepts connections, but a statement failed: ${message}`, "see the log of Postgres"),
      ],
    }),
    Effect.provide(
      LeadDatabase.pool({
        connection,
        pool: { ...pool, minConnections: 0 },
        applicationName: "lead-gateway-doctor",
      }),
    ),
  )
  return yield* server
})

/** By SQLSTATE: 28 authorization, 3D000 no such database, 53 insufficient resources; else by the network. */
const accessAdvice = (sqlState: string | undefined, unavailable: boolean): string => {
  if (sqlState?.startsWith("28") === true) return "check user and password, and pg_hba.conf"
  if (sqlState === "3D000") return "create the database, or name another"
  if (sqlState?.startsWith("53") === true) return "free connections, or raise max_connections"
  return unavailable
    ? "start Postgres there, and check host, port and firewall"
    : "check DATABASE_URL, or DB_HOST and its siblings, and what DB_SSLMODE asks for"
}

const schemaFinding = (target: Target, fit: Migrations.SchemaFit): Finding => {
  const where = `${target.where}, schema`
  switch (fit._tag) {
    case "Current":
      return ok(where, "is current")
    case "Newer":
      return ok(where, `newer than this version, which can work with it: has ${fit.unknown.join(", ")}`)
    case "Behind":
      return target.migrateOnStart
        ? warning(
            where,
            `lacks ${fit.missing.join(", ")}`,
            "the next start applies it; or: lead-gateway migrate up",
          )
        : wrong(where, `lacks ${fit.missing.join(", ")}`, "lead-gateway migrate up")
    case "SchemaTooNew":
      return wrong(where, fit.message, "run the newer version")
  }
}

const serverFindings = (where: string, diagnosis: Diagnosis): ReadonlyArray<Finding> => [
  diagnosis.isVersionFit
    ? ok(where, `Postgres ${diagnosis.version}`)
    : wrong(where, `Postgres ${diagnosis.version} is too old`, "use Postgres 14 or later"),
  ...(diagnosis.isReadOnly ? [wrong(where, "is read-only", "name the primary server, not a replica")] : []),
  ...(diagnosis.differingSettings.length === 0
    ? []
    : [
        warning(
          where,
          `a pooler drops settings: ${diagnosis.differingSettings.join(", ")}`,
          "store them with the role, see the README of lead-store",
        ),
      ]),
  clockFinding(where, diagnosis.clockAheadMs, diagnosis.clockErrorMs),
]

const rightsFindings = (where: string, diagnosis: Diagnosis): ReadonlyArray<Finding> => {
  const rights = `${where}, rights`
  const named = diagnosis.missingRights.slice(0, 5).join(", ")
  const more = diagnosis.missingRights.length - 5
  return [
    diagnosis.missingRights.length === 0
      ? ok(rights, "reads and writes every table")
      : wrong(rights, `lacks ${named}${more > 0 ? ` and ${more} more` : ""}`, "grant them to this role"),
    ...(diagnosis.mayCreateTables
      ? []
      : [
          warning(
            rights,
            "may not create tables, so it can neither migrate nor create partitions for new leads",
            "let a role that may run lead-gateway migrate up, with every release and every million leads",
          ),
        ]),
  ]
}

/**
 * The difference between the clocks of Postgres and of this machine: a warning above 1 s, wrong above 30 s. Leases and
 * retries use Postgres's clock; dates in `Retry-After`, the age of a signature and names of archive files use this
 * machine's. `errorMs` is how far off the measurement may be.
 */
export const clockFinding = (where: string, aheadMs: number, errorMs: number): Finding => {
  const offMs = Math.max(0, Math.abs(aheadMs) - errorMs)
  const what =
    offMs === 0
      ? `within ${errorMs} ms of Postgres's`
      : `Postgres is ${Math.abs(aheadMs)} ms ${aheadMs > 0 ? "ahead" : "behind"}`
  const advice = "let both machines set their clocks by the network (NTP)"
  if (offMs > 30_000) return clock.wrong(where, what, advice)
  return offMs > 1000 ? clock.warning(where, what, advice) : clock.ok(where, what)
}
