import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { LeadReader, maintainPartitions, spareKept } from "../src/index.ts"
import { eventsOf, inWorld, receive } from "./support/world.ts"

/** The next id is the first of the partition with this number. */
const advanceTo = (partition: number) =>
  PgClient.PgClient.use(
    (sql) => sql`SELECT setval('inbound_lead_id_seq', ${partition * 1_000_000}::bigint, false)`,
  )

const partitionsOf = (table: string) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ name: string }>`
        SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = ${table}::regclass ORDER BY 1`,
      (rows) => rows.map((row) => row.name.slice(table.length)),
    ),
  )

describe("maintainPartitions", () => {
  it.effect("keeps spare partitions of every table ahead of the newest lead", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* maintainPartitions, spareKept)
      yield* advanceTo(2)
      yield* receive(1)
      assert.strictEqual(yield* maintainPartitions, spareKept)
      for (const table of ["inbound_lead", "delivery_attempt", "lead_event"]) {
        assert.deepStrictEqual(yield* partitionsOf(table), [
          "_p000000",
          "_p000001",
          "_p000002",
          "_p000003",
          "_p000004",
        ])
      }
    }).pipe(inWorld),
  )

  it.effect("creates each partition once, however many processes ask at the same time", () =>
    Effect.gen(function* () {
      yield* advanceTo(7)
      const spare = yield* Effect.all(
        Array.from({ length: 8 }, () => maintainPartitions),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(
        spare,
        Array.from({ length: 8 }, () => spareKept),
      )
      assert.strictEqual((yield* partitionsOf("inbound_lead")).length, 6)
    }).pipe(inWorld),
  )

  it.effect("lets leads come in meanwhile, across the border of two partitions", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('inbound_lead_id_seq', 2999950)`
      const [ids] = yield* Effect.all(
        [
          Effect.forEach(Array.from({ length: 20 }), () => receive(5)),
          Effect.forEach(Array.from({ length: 10 }), () => maintainPartitions),
        ],
        { concurrency: "unbounded" },
      )
      assert.strictEqual(new Set(ids.flat()).size, 100)
      assert.isAbove(Math.max(...ids.flat()), 3_000_000)
      assert.strictEqual((yield* LeadReader.use((reader) => reader.counts)).RECEIVED, 100)
    }).pipe(inWorld),
  )

  it.effect("counts spare partitions whatever else hangs below the table", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`CREATE TABLE archive PARTITION OF inbound_lead FOR VALUES FROM (-1000000) TO (0)`
      assert.strictEqual(yield* maintainPartitions, spareKept)
    }).pipe(inWorld),
  )
})

describe("LeadIntake without a partition for the next lead", () => {
  it.effect("makes one and stores the leads", () =>
    Effect.gen(function* () {
      yield* advanceTo(40)
      const ids = yield* receive(20)
      assert.strictEqual(new Set(ids).size, 20)
      assert.strictEqual((yield* LeadReader.use((reader) => reader.counts)).RECEIVED, 20)
      for (const id of ids) assert.deepStrictEqual(yield* eventsOf(id), ["received"])
    }).pipe(inWorld),
  )

  it.effect("says that Postgres is not available, not that the lead is at fault, when none can be made", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`
        CREATE OR REPLACE FUNCTION create_lead_partitions(spare integer) RETURNS integer LANGUAGE sql AS 'SELECT 0'`
      yield* advanceTo(40)
      const error = yield* Effect.flip(receive(1))
      assert.deepInclude(error, { _tag: "StoreUnavailable", sqlState: "23514" })
      assert.strictEqual(error.message, "LeadIntake.receive: no partition for the lead (23514)")
    }).pipe(inWorld),
  )
})
