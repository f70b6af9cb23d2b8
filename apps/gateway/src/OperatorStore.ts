import { LeadDatabase, Migrations } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { DatabaseMissing, operatorDatabase } from "./Database.ts"

const directory = "migrations"

/**
 * The store as an operator's command uses it. It makes no database and migrates none, and it does not wait for one: what
 * is not there, or not of this version, is a mistake that the command tells.
 */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { connection, pool } = yield* operatorDatabase({ mayMake: false })
    const states = yield* Migrations.status({ connection, directory })
    const missing = states.filter(({ appliedAt }) => appliedAt === null)
    const unknown = states.filter(({ known }) => !known)
    if (missing.length + unknown.length > 0) {
      return yield* new DatabaseMissing({
        message:
          missing.length > 0
            ? `the database lacks ${missing.map(({ name }) => name).join(", ")}: npm run migrate -- up`
            : `the database is of a newer version: it has ${unknown.map(({ name }) => name).join(", ")}`,
      })
    }
    return LeadDatabase.pool({
      connection,
      pool: { ...pool, minConnections: 0 },
      applicationName: "lead-gateway-operator",
    })
  }),
)
