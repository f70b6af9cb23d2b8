import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { imbalance, LeadLedger, ledgerDifferences } from "../src/index.ts"
import { serverStart, stress } from "./support/stress.ts"
import { inWorld } from "./support/world.ts"

/** How long the leads are fought over; longer by hand. */
const seconds = Number(process.env.STRESS_SECONDS ?? 5)

describe("eight workers on the same 20 leads", () => {
  it.live(
    "never bring Postgres down, never block each other for good, and lose nothing",
    () =>
      Effect.gen(function* () {
        const before = yield* serverStart
        const steps = yield* stress({
          workers: 8,
          duration: Duration.seconds(seconds),
          seed: Date.now() % 1000,
        })
        assert.isAbove(steps, 100)
        assert.deepStrictEqual(yield* serverStart, before)
        const { fromCounters, fromRows } = yield* LeadLedger
        const [counters, rows] = yield* Effect.all([fromCounters, fromRows])
        assert.deepStrictEqual(ledgerDifferences(counters, rows), [])
        assert.deepStrictEqual([imbalance(rows), rows.stranded, rows.received], [0, 0, 20])
        if (process.env.STRESS_SECONDS !== undefined) yield* Effect.log(`${steps} steps`)
      }).pipe(inWorld),
    Duration.toMillis(Duration.seconds(seconds + 30)),
  )
})
