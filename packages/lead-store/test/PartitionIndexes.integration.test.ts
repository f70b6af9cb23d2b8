import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildPartitionIndexes } from "../src/index.ts"
import { inWorld, receive } from "./support/world.ts"

const isValid = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{
      valid: boolean
    }>`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'lead_correlation'::regclass`,
    (rows) => rows[0]?.valid,
  ),
)

describe("indexes of partitions", () => {
  it.effect("are there from the start in a new database", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* isValid)
      assert.strictEqual(yield* buildPartitionIndexes, 0)
    }).pipe(inWorld),
  )

  it.effect("are built where partitions were there before the migration, and while leads arrive", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`DROP INDEX lead_correlation`
      yield* sql`CREATE INDEX lead_correlation ON ONLY lead (hashtextextended(correlation_id, 0), id)`
      assert.isFalse(yield* isValid)
      // As an interrupted build leaves it.
      yield* sql`CREATE INDEX lead_p000000_correlation ON lead_p000000 (correlation_id)`
      const [built] = yield* Effect.all([buildPartitionIndexes, receive(50)], { concurrency: 2 })
      assert.strictEqual(built, 3)
      assert.isTrue(yield* isValid)
      assert.strictEqual(yield* buildPartitionIndexes, 0)
      const [row] = yield* sql<{ timeout: string }>`SELECT current_setting('statement_timeout') AS timeout`
      assert.strictEqual(row?.timeout, "30s")
    }).pipe(inWorld),
  )
})
