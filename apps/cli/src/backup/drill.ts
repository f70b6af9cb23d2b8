import { PgClient } from "@effect/sql-pg"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { Effect, Option } from "effect"
import { randomBytes } from "node:crypto"
import { BackupFailed } from "./BackupError.ts"
import { type Address, databaseName, withDatabase } from "./postgresPrograms.ts"

/**
 * A new, empty database on the same server for the current scope, dropped at its end. The role must be allowed to create
 * databases.
 */
export const scratchDatabase = Effect.fnUntraced(function* (address: Address) {
  const name = `${databaseName(address).slice(0, 40)}_drill_${randomBytes(4).toString("hex")}`
  const onServer = (statement: (quoted: string) => string) =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe(statement(`"${name.replaceAll('"', '""')}"`)).unprepared
    }).pipe(Effect.provide(poolOf(address)))
  yield* Effect.acquireRelease(
    Effect.mapError(
      onServer((quoted) => `CREATE DATABASE ${quoted} TEMPLATE template0`),
      (error) =>
        new BackupFailed({
          message: `cannot create the database of the drill (${causeOf(error)}): the role needs CREATEDB`,
        }),
    ),
    () =>
      onServer((quoted) => `DROP DATABASE ${quoted} WITH (FORCE)`).pipe(
        Effect.catchCause(() => Effect.logWarning(`the drill's database ${name} is left: drop it`)),
      ),
  )
  return withDatabase(address, name)
})

const causeOf = ({ reason: { cause } }: { readonly reason: { readonly cause: unknown } }): string =>
  cause instanceof Error ? cause.message : "no answer"

/** A few connections of an operator's command. */
export const poolOf = (connection: Address) =>
  LeadDatabase.pool({
    connection,
    pool: { maxConnections: 3, minConnections: 0, connectionTTL: Option.none() },
    applicationName: "lead-gateway-backup",
  })
