import { LeadDatabase } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { operatorDatabase } from "./Database.ts"

/** The store as an operator's command uses it; it waits until Postgres is there and its schema is ours. */
export const layer = Layer.unwrap(
  Effect.map(operatorDatabase, ({ connection, pool }) =>
    LeadDatabase.layer({
      connection,
      pool: { ...pool, minConnections: 0 },
      migrations: "migrations",
      applicationName: "lead-gateway-operator",
    }),
  ),
)

/** Waits until the store can be used. */
export const ready = LeadDatabase.use((database) => database.ready)
