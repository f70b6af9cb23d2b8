import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { maintainPartitions, spareKept } from "../src/index.ts"
import { partitionedTables, partitionName, partitionOf } from "../src/Partitions.ts"
import { bothCounts, claim, inWorld, receive } from "./support/world.ts"

/** The next id is the first of the partition with this number. */
const advanceTo = (partition: number) =>
  PgClient.PgClient.use((sql) => sql`SELECT setval('lead_id_seq', ${partition * 1_000_000}::bigint, false)`)

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
      for (const table of partitionedTables) {
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
      assert.strictEqual((yield* partitionsOf("lead")).length, 6)
    }).pipe(inWorld),
  )

  it.effect("lets leads come in meanwhile, across the border of two partitions", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 2999950)`
      const [ids] = yield* Effect.all(
        [
          Effect.forEach(Array.from({ length: 20 }), () => receive(5)),
          Effect.forEach(Array.from({ length: 10 }), () => maintainPartitions),
        ],
        { concurrency: "unbounded" },
      )
      assert.strictEqual(new Set(ids.flat()).size, 100)
      assert.isAbove(Math.max(...ids.flat()), 3_000_000)
      assert.deepStrictEqual((yield* bothCounts).counted, { RECEIVED: 100, TOTAL: 100 })
    }).pipe(inWorld),
  )

  it.effect("counts spare partitions whatever else hangs below the table", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`CREATE TABLE archive PARTITION OF lead FOR VALUES FROM (-1000000) TO (0)`
      assert.strictEqual(yield* maintainPartitions, spareKept)
    }).pipe(inWorld),
  )
})

describe("a partition that was detached", () => {
  it.effect("is attached again, with the leads that it has", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(3)
      yield* sql`ALTER TABLE lead DETACH PARTITION lead_p000000`
      yield* sql`ALTER TABLE attempt DETACH PARTITION attempt_p000002`
      assert.deepStrictEqual(yield* sql`SELECT id FROM lead`, [])
      assert.strictEqual(yield* maintainPartitions, spareKept)
      assert.lengthOf(yield* sql`SELECT id FROM lead`, 3)
      assert.lengthOf(yield* partitionsOf("attempt"), 3)
    }).pipe(inWorld),
  )
})

describe("partitionName", () => {
  it("holds a million leads each, from the id 0 on", () => {
    assert.deepStrictEqual([1, 999_999, 1_000_000, 12_345_678].map(partitionOf), [0, 0, 1, 12])
    assert.strictEqual(partitionName("lead", 12), "lead_p000012")
  })
})

describe("LeadIntake without a partition for the next lead", () => {
  it.effect("makes one and stores the leads", () =>
    Effect.gen(function* () {
      yield* advanceTo(40)
      const ids = yield* receive(20)
      assert.strictEqual(new Set(ids).size, 20)
      assert.sameMembers(
        (yield* claim(100)).map(({ _tag, leadId }) => `${_tag} ${leadId}`),
        ids.map((id) => `Undecided ${id}`),
      )
    }).pipe(inWorld),
  )

  it.effect("says that Postgres is not available, not that the lead is at fault, when none can be made", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // Something else has the partition's place.
      yield* sql`CREATE TABLE archive PARTITION OF lead_event FOR VALUES FROM (40000000) TO (41000000)`
      yield* advanceTo(40)
      assert.strictEqual((yield* Effect.flip(receive(1)))._tag, "StoreUnavailable")
      assert.deepStrictEqual((yield* bothCounts).kept, {})
    }).pipe(inWorld),
  )
})
