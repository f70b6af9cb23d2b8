import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { claim, inWorld, inWorldWith, ready, receive, step } from "../support/world.ts"

/** Sets when leads are due, in seconds before now. */
const dueBefore = (seconds: Readonly<Record<number, number>>) =>
  PgClient.PgClient.use((sql) =>
    Effect.forEach(
      Object.entries(seconds),
      ([id, ago]) =>
        sql`UPDATE work SET due_at = now() - make_interval(secs => ${ago}::float8) WHERE lead_id = ${Number(id)}`,
    ),
  )

const ids = (leads: ReadonlyArray<{ readonly leadId: number }>) => leads.map(({ leadId }) => leadId)

describe("claims by schedule, one after another", () => {
  it.effect("look on from where the last one came to, and do not meet what is older", () =>
    Effect.gen(function* () {
      yield* receive(6)
      yield* dueBefore({ 1: 60, 2: 50, 3: 40, 4: 30, 5: 20, 6: -3600 })
      assert.sameMembers(ids(yield* claim(2)), [1, 2])
      yield* dueBefore({ 6: 70 })
      assert.sameMembers(ids(yield* claim(2)), [3, 4])
    }).pipe(inWorld),
  )

  it.effect("look from the beginning when there is less than they ask for", () =>
    Effect.gen(function* () {
      yield* receive(9)
      yield* dueBefore({ 1: 60, 2: 50, 3: 40, 4: 30, 5: -9, 6: -9, 7: -9, 8: -9, 9: -9 })
      yield* claim(2)
      yield* dueBefore({ 5: 71, 6: 72, 7: 73, 8: 74, 9: 75 })
      assert.sameMembers(ids(yield* claim(6)), [3, 4, 6, 7, 8, 9])
      assert.sameMembers(ids(yield* claim(6)), [5])
    }).pipe(inWorld),
  )

  it.effect("take no more of a throttled customer's work by looking twice", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(4)
      yield* Effect.forEach(yield* claim(4), (lead) => step(lead, ready))
      yield* sql`UPDATE customer SET next_send_at = now()`
      assert.lengthOf(yield* claim(1), 1)
      assert.lengthOf(yield* claim(2), 1)
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )

  it.live("look from the beginning once a second, however much there is", () =>
    Effect.gen(function* () {
      yield* receive(9)
      yield* dueBefore({ 1: 60, 2: 50, 3: 40, 4: 30, 5: 20, 6: 10, 7: 5, 8: 4, 9: -3600 })
      yield* claim(2)
      yield* dueBefore({ 9: 70 })
      assert.sameMembers(ids(yield* claim(2)), [3, 4])
      yield* Effect.sleep("1100 millis")
      assert.sameMembers(ids(yield* claim(2)), [9, 5])
    }).pipe(inWorld),
  )

  it.effect("find a row of a slow commit that lies a little before what was claimed", () =>
    Effect.gen(function* () {
      yield* receive(5)
      yield* dueBefore({ 1: 60, 2: 50, 3: 40, 4: 30, 5: -3600 })
      yield* claim(2)
      yield* dueBefore({ 5: 50.09 })
      assert.sameMembers(ids(yield* claim(2)), [5, 3])
    }).pipe(inWorld),
  )

  it.effect("go on in each lane for itself: many new leads keep no delivery from its turn", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(3)
      yield* Effect.forEach(yield* claim(4), (lead) => step(lead, ready))
      yield* receive(6)
      yield* dueBefore({ 2: 500, 3: 400, 4: 60, 5: 50, 6: 40, 7: 30, 8: 20, 9: 10 })
      yield* sql`UPDATE customer SET next_send_at = now()`
      // One place for the delivery whose turn it is, the others are new leads.
      assert.sameMembers(ids(yield* claim(3)), [2, 4, 5])
      assert.sameMembers(ids(yield* claim(3)), [3, 6, 7])
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )

  it.effect("are not led astray by work that is set to rest", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(4)
      yield* dueBefore({ 1: 60, 2: 50, 3: 40, 4: 30 })
      yield* sql`
        UPDATE work SET lease = gen_random_uuid(), leased_until = now() WHERE lead_id = 1`
      assert.sameMembers(ids(yield* claim(2)), [2])
      assert.sameMembers(ids(yield* claim(2)), [3, 4])
    }).pipe(inWorld),
  )
})
