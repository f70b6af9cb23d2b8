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

/**
 * The part of a statement that counts what its CTE `moved` moved from `old_status` to `status`. Postgres runs
 * it last, so that everybody locks leads before counts.
 */
export const countMoved = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  shard: Effect.Effect<number, SqlError.SqlError>,
) {
  return sql`
    INSERT INTO lead_count AS c (shard, status, leads)
    SELECT ${yield* shard}::integer, status, sum(change) FROM (
      SELECT old_status AS status, -1 AS change FROM moved WHERE status <> old_status
      UNION ALL
      SELECT status, 1 FROM moved WHERE status <> old_status
    ) AS changes GROUP BY status ORDER BY status
    ON CONFLICT (shard, status) DO UPDATE SET leads = c.leads + excluded.leads`
})
