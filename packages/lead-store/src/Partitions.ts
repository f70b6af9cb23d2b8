import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { storeCall } from "./StoreError.ts"

/** Partitions for leads that have not come yet, a million leads each, that {@link maintainPartitions} keeps. */
export const spareKept = 2

/**
 * Creates partitions ahead of the newest lead and returns how many whole ones are spare afterwards; fewer
 * than {@link spareKept} deserves an alarm. Harmless to repeat, and for many processes at once.
 */
export const maintainPartitions = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  yield* createPartitions(sql)
  const rows = yield* sql<{ spare: bigint }>`SELECT spare_lead_partitions() AS spare`
  return Number(rows[0]?.spare ?? 0)
}).pipe(storeCall("maintainPartitions"))

/** The partition of the newest lead and {@link spareKept} further ones, where they are missing. */
export const createPartitions = (sql: PgClient.PgClient) => sql`SELECT create_lead_partitions(${spareKept})`
