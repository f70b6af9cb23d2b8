import { LeadDatabase, Migrations } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { DatabaseMissing, operatorDatabase } from "../Database.ts"
import { shipped } from "../shipped.ts"

/**
 * The store as an operator's command uses it. It makes no database and migrates none, and it does not wait for one: what
 * is not there, or not one that this version can work with, is a mistake that the command tells.
 */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { connection, pool } = yield* operatorDatabase({ mayMake: false })
    const fit = Migrations.schemaFit(yield* Migrations.status({ connection, directory: shipped.migrations }))
    if (fit._tag === "SchemaTooNew") return yield* fit
    if (fit._tag === "Behind") {
      return yield* new DatabaseMissing({
        message: `the database lacks ${fit.missing.join(", ")}: lead-gateway migrate up`,
      })
    }
    return LeadDatabase.pool({
      connection,
      pool: { ...pool, minConnections: 0 },
      applicationName: "lead-gateway-operator",
    })
  }),
)
