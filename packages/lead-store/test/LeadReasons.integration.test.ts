import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { LeadList } from "../src/index.ts"
import {
  claimNew,
  exhausted,
  inWorld,
  parked,
  rejected,
  replay,
  send,
  step,
  succeeded,
  type World,
} from "./support/world.ts"

const inList = <A, E>(test: Effect.Effect<A, E, World | LeadList>) =>
  inWorld(Effect.provide(test, LeadList.layer))

const reasons = LeadList.use((list) => list.reasons)

describe("the reasons of leads that are not delivered", () => {
  it.effect("are counted for each status, the most frequent first, with the newest leads", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* reasons, [])
      for (let round = 0; round < 7; round++) yield* step(yield* claimNew, rejected)
      for (let round = 0; round < 2; round++) yield* step(yield* claimNew, parked)
      yield* send(exhausted)
      yield* send(succeeded)
      const counts = yield* reasons
      assert.deepStrictEqual(
        counts.map(({ leads, newest, reason, status }) => [status, reason, leads, newest.length]),
        [
          ["REJECTED", rejected.reason, 7, 5],
          ["FAILED", parked.reason, 2, 2],
          ["PERMANENTLY_FAILED", "RETRIES_EXHAUSTED", 1, 1],
        ],
      )
      assert.deepStrictEqual(counts[0]?.newest.map(Number), [7, 6, 5, 4, 3])
    }).pipe(inList),
  )

  it.effect("are those of now: a lead that is replayed has none", () =>
    Effect.gen(function* () {
      yield* step(yield* claimNew, rejected)
      yield* step(yield* claimNew, parked)
      yield* replay("again", { statuses: ["REJECTED"] })
      assert.deepStrictEqual(
        (yield* reasons).map(({ status }) => status),
        ["FAILED"],
      )
    }).pipe(inList),
  )

  it.effect("cost one look-up for each reason, and are counted up to ten thousand", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO settled_lead (lead_id, tenant_id, received_at, settled_at, state, reason)
        SELECT n, 1, now(), now(), 'REJECTED', 'REASON_' || n % 3 FROM generate_series(1, 36000) AS n`
      yield* sql`ANALYZE settled_lead`
      const counts = yield* reasons
      assert.deepStrictEqual(
        counts.map(({ leads, newest, reason }) => [String(reason), leads, Number(newest[0])]),
        [
          ["REASON_0", 10_000, 36_000],
          ["REASON_1", 10_000, 35_998],
          ["REASON_2", 10_000, 35_999],
        ],
      )
    }).pipe(inList),
  )
})
