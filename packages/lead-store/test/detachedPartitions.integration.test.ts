import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { maintainPartitions, spareKept } from "../src/index.ts"
import { idsLeft, inDatabase, store } from "./support/olderLeads.ts"

const detach = (...names: ReadonlyArray<string>) =>
  PgClient.PgClient.use((sql) =>
    Effect.forEach(
      names,
      (name) => sql.unsafe(`ALTER TABLE ${name.slice(0, name.lastIndexOf("_p"))} DETACH PARTITION ${name}`),
      { discard: true },
    ),
  )

const threePartitions = Effect.gen(function* () {
  for (const from of [1, 1_000_000, 2_000_000]) yield* store({ from, state: "DELIVERED", daysAgo: 1 })
  assert.strictEqual(yield* maintainPartitions, spareKept)
})

describe("maintainPartitions, of partitions that were detached", () => {
  it.live("attaches them again, older ones and single tables too", () =>
    Effect.gen(function* () {
      yield* threePartitions
      yield* detach("lead_p000000", "attempt_p000000", "decision_p000001", "lead_p000002", "lead_p000004")
      assert.deepStrictEqual((yield* idsLeft).lead, [1_000_000])
      assert.strictEqual(yield* maintainPartitions, spareKept)
      const { attempt, decision, lead } = yield* idsLeft
      for (const ids of [lead, decision, attempt]) assert.deepStrictEqual(ids, [1, 1_000_000, 2_000_000])
    }).pipe(inDatabase),
  )

  it.live("lets leads come in when one cannot be attached, and leaves tables of other people alone", () =>
    Effect.gen(function* () {
      yield* threePartitions
      const sql = yield* PgClient.PgClient
      yield* sql`CREATE TABLE leads_p000000 (LIKE lead)`
      yield* sql`CREATE TABLE lead_p1 (LIKE lead)`
      yield* sql`CREATE TABLE lead_p000000_copy (LIKE lead)`
      yield* detach("lead_p000000", "lead_p000001")
      yield* sql`ALTER TABLE lead_p000000 ADD COLUMN note text`
      assert.strictEqual(yield* maintainPartitions, spareKept)
      assert.deepStrictEqual((yield* idsLeft).lead, [1_000_000, 2_000_000])
      yield* store({ from: 5_000_000, state: "DELIVERED", daysAgo: 1 }).pipe(Effect.flip)
      yield* sql`SELECT setval('lead_id_seq', 4999999)`
      assert.strictEqual(yield* maintainPartitions, spareKept)
      yield* store({ from: 5_000_000, state: "DELIVERED", daysAgo: 1 })
      assert.deepStrictEqual((yield* idsLeft).lead, [1_000_000, 2_000_000, 5_000_000])
    }).pipe(inDatabase),
  )

  it.live("attaches once, however many processes look at the same time", () =>
    Effect.gen(function* () {
      yield* threePartitions
      yield* detach("lead_p000000", "delivery_p000001")
      yield* Effect.all(
        Array.from({ length: 6 }, () => maintainPartitions),
        { concurrency: "unbounded" },
      )
      const { delivery, lead } = yield* idsLeft
      for (const ids of [lead, delivery]) assert.deepStrictEqual(ids, [1, 1_000_000, 2_000_000])
    }).pipe(inDatabase),
  )
})
