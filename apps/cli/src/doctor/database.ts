import type { DatabaseConnection, DatabasePool } from "@lead-gateway/config"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { diagnose, type Diagnosis, LeadDatabase, Migrations } from "@lead-gateway/lead-store"
import { Effect, Option, type Scope } from "effect"
import { resolve } from "node:path"
import { operatorDatabase } from "../Database.ts"
import { shipped } from "../shipped.ts"
import { clockFinding } from "./clock.ts"
import { about, type Finding } from "./Finding.ts"
import type { Patient } from "./Patient.ts"

const { ok, warning, wrong } = about("database")

interface Target {
  readonly connection: Pick<DatabaseConnection, "url" | "ssl">
  readonly pool: DatabasePool
  readonly migrateOnStart: boolean
  /** For people. */
  readonly where: string
}

/** Whether Postgres is reached, fits this version, lets this role do its work and tells the same time. */
export const lookAtDatabase = Effect.fnUntraced(function* ({
  database,
  dataDirectory,
}: Patient): Effect.fn.Return<ReadonlyArray<Finding>, never, Scope.Scope> {
  if (Option.isNone(database)) return []
  const { connection, migrateOnStart, pool } = database.value
  if (Option.isSome(connection)) {
    const { target: where } = connection.value
    return yield* lookAt({ connection: connection.value, pool, migrateOnStart, where })
  }
  const folder = resolve(Option.getOrElse(dataDirectory, () => ""))
  if (!(yield* EmbeddedPostgres.exists(folder))) {
    return [ok(`DATA_DIR ${folder}`, "there is no database yet; the first start makes one")]
  }
  return yield* Effect.matchEffect(operatorDatabase({ mayMake: false }), {
    onSuccess: (embedded) => lookAt({ ...embedded, migrateOnStart, where: folder }),
    onFailure: ({ message }) =>
      Effect.succeed([
        wrong(`DATA_DIR ${folder}`, message, "start the gateway there, or name another folder"),
      ]),
  })
})

const lookAt = Effect.fnUntraced(function* (target: Target): Effect.fn.Return<ReadonlyArray<Finding>> {
  const { connection, pool, where } = target
  const states = yield* Effect.result(Migrations.status({ connection, directory: shipped.migrations }))
  if (states._tag === "Failure") {
    const { message, sqlState, unavailable } = states.failure
    return [wrong(where, `cannot be asked: ${message}`, accessAdvice(sqlState, unavailable))]
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
        wrong(where, `answers a connection and no statement: ${message}`, "look into the log of Postgres"),
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

/** By what Postgres says (28: who is there; 3D000: no such database), or the network. */
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
      return ok(where, "the one of this version")
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

const serverFindings = (where: string, found: Diagnosis): ReadonlyArray<Finding> => [
  found.isVersionFit
    ? ok(where, `Postgres ${found.version}`)
    : wrong(where, `Postgres ${found.version} is too old`, "use Postgres 14 or later"),
  ...(found.isReadOnly ? [wrong(where, "takes no writes", "name the primary server, not a replica")] : []),
  ...(found.differingSettings.length === 0
    ? []
    : [
        warning(
          where,
          `a pooler keeps settings back: ${found.differingSettings.join(", ")}`,
          "store them with the role, see the README of lead-store",
        ),
      ]),
  clockFinding(where, found.clockAheadMs, found.clockErrorMs),
]

const rightsFindings = (where: string, found: Diagnosis): ReadonlyArray<Finding> => {
  const rights = `${where}, rights`
  const named = found.missingRights.slice(0, 5).join(", ")
  const more = found.missingRights.length - 5
  return [
    found.missingRights.length === 0
      ? ok(rights, "reads and writes every table")
      : wrong(rights, `lacks ${named}${more > 0 ? ` and ${more} more` : ""}`, "grant them to this role"),
    ...(found.mayCreateTables
      ? []
      : [
          warning(
            rights,
            "may not create tables, so it neither migrates nor makes room for new leads",
            "let a role that may run lead-gateway migrate up, with every release and every million leads",
          ),
        ]),
  ]
}
