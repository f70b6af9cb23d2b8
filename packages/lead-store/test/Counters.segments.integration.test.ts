import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import type { ClaimedWork } from "../src/index.ts"
import { makeSegments } from "../src/Counters.ts"
import { contradictions } from "./support/stress.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  anotherProcess,
  bothCounts,
  claimNew,
  complete,
  inWorld,
  open,
  receive,
  succeeded,
} from "./support/world.ts"

const segments = PgClient.PgClient.use(
  (sql) => sql<{ segment: bigint; account: string; leads: bigint }>`
    SELECT segment, account, leads FROM lead_count ORDER BY segment, account`,
)

describe("lead_count", () => {
  it.effect.prop(
    "is the number of leads in each state after any steps of any workers, in any order",
    { seed: Schema.Int },
    ({ seed }) =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const held: Array<ClaimedWork> = []
        const step = makeWalk("walk", next, held)
        for (let round = 0; round < 12; round++) {
          yield* receive(Math.floor(next() * 4))
          yield* Effect.all(
            Array.from({ length: 12 }, () => step),
            { concurrency: 4 },
          )
          if (next() < 0.5) {
            yield* sql`
              UPDATE work SET scheduled_at = now(), due_at = now(), leased_until = CASE WHEN lease IS NOT NULL THEN now() END
              WHERE random() < 0.5`
          }
          const { counted, kept } = yield* bothCounts
          assert.deepStrictEqual(kept, counted)
          assert.deepStrictEqual(yield* contradictions, [])
        }
      }).pipe(inWorld),
    { arbitrary: { runs: 4 } },
  )

  it.effect("is kept in segments, so that statements do not wait for each other", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      yield* open(lead)
      yield* complete(lead, 1, succeeded)
      const other = yield* anotherProcess
      yield* Effect.provide(receive(1), other)
      const rows = yield* segments
      // Of intake, open and complete, and of intake in another process.
      assert.strictEqual(new Set(rows.map(({ segment }) => segment)).size, 4)
      // A segment alone may be negative.
      assert.isTrue(rows.some(({ account, leads }) => account === "RECEIVED" && leads < 0n))
    }).pipe(inWorld),
  )
})

describe("makeSegments", () => {
  it("takes a new segment every thousand statements, never segment 0", () => {
    const segment = makeSegments()
    const drawn = Array.from({ length: 3000 }, () => segment())
    assert.deepStrictEqual(
      [0, 1, 2].map((part) => new Set(drawn.slice(part * 1000, part * 1000 + 1000)).size),
      [1, 1, 1],
    )
    assert.strictEqual(new Set(drawn).size, 3)
    for (const one of new Set(drawn)) assert.isTrue(BigInt(one) > 0n && BigInt(one) < 2n ** 63n)
  })
})
