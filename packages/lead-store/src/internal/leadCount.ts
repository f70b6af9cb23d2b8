import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"

/**
 * A shard of `lead_count` to count in: drawn once, when it is first needed, so that a process can start
 * before Postgres does.
 */
export const takeShard = (sql: PgClient.PgClient): Effect.Effect<number, SqlError.SqlError> => {
  let shard: number | undefined
  return Effect.gen(function* () {
    if (shard === undefined) {
      const rows = yield* sql<{ shard: number }>`SELECT nextval('lead_count_shard_seq')::integer AS shard`
      shard = rows[0]?.shard ?? 0
    }
    return shard
  })
}
