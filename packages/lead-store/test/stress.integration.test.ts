import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { imbalance, LeadLedger, ledgerDifferences } from "../src/index.ts"
import { contradictions, drain, serverStart, stress } from "./support/stress.ts"
import { bothCounts, inWorld } from "./support/world.ts"

/** How long the leads are fought over; longer by hand. */
const seconds = Number(process.env.STRESS_SECONDS ?? 5)

const ratePerSecond = 60

describe("eight workers on the same leads", () => {
  it.live(
    "never bring Postgres down, never block each other for good, and lose nothing",
    () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const before = yield* serverStart
        const seed = Number(process.env.STRESS_SEED ?? Date.now() % 1000)
        const duration = Duration.seconds(seconds)
        const steps = yield* stress({ workers: 8, duration, seed, ratePerSecond }).pipe(
          Effect.tapCause(() => Effect.logError(`STRESS_SEED=${seed}`)),
        )
        assert.isAbove(steps, 100)
        assert.deepStrictEqual(yield* serverStart, before)
        const { counters, rows } = yield* LeadLedger.use((ledger) => ledger.both)
        assert.deepStrictEqual(ledgerDifferences(counters, rows), [])
        assert.deepStrictEqual([imbalance(rows), rows.stranded], [0, 0])

        // A terminal state is left by replays only.
        assert.deepStrictEqual(
          yield* sql`
            SELECT (SELECT count(*) FROM left_end) = (SELECT count(*) FROM lead_event WHERE type = 'replayed') AS same`,
          [{ same: true }],
        )
        // No second sees more of a customer's attempts than its rate.
        const [most] = yield* sql<{ sent: number }>`
          WITH sent AS (
            SELECT requested_at AS at FROM attempt JOIN delivery USING (lead_id, delivery_no) WHERE customer_id = 2
          )
          SELECT coalesce(max((
            SELECT count(*) FROM sent AS other WHERE other.at >= sent.at AND other.at < sent.at + interval '1 second'
          )), 0)::float8 AS sent FROM sent`
        assert.isAtMost(most?.sent ?? Infinity, ratePerSecond)

        assert.deepStrictEqual(yield* drain, [])
        assert.deepStrictEqual(yield* contradictions, [])
        const { counted, kept } = yield* bothCounts
        assert.deepStrictEqual(kept, counted)
        const attempts = yield* sql<{ attempts: number }>`SELECT count(*)::float8 AS attempts FROM attempt`
        if (process.env.STRESS_SECONDS !== undefined) {
          yield* Effect.log({ steps, kept, attempts: attempts[0]?.attempts, most: most?.sent })
        }
      }).pipe(inWorld),
    Duration.toMillis(Duration.seconds(seconds + 60)),
  )
})
