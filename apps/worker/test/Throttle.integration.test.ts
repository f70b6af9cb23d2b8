import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
import { eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

const { reply } = CustomerBehaviour

describe("a worker at its customer's throttle", () => {
  it.live("keeps a rate that all workers share, and makes use of it", () =>
    Effect.gen(function* () {
      const world = yield* World.make({ throttle: { ratePerSecond: 40 } })
      yield* Effect.all([world.startWorker(), world.startWorker()], { concurrency: 2 })
      const leads = yield* Effect.forEach(Array.from({ length: 100 }), () => world.receive(), {
        concurrency: "unbounded",
      })
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      const [row] = yield* world.sql<{ most: number; seconds: number; attempts: number }>`
        SELECT max(within)::int AS most, count(*)::int AS attempts,
          extract(epoch FROM max(requested_at) - min(requested_at))::float8 AS seconds
        FROM (
          SELECT requested_at, count(*) OVER (
            ORDER BY requested_at RANGE BETWEEN CURRENT ROW AND interval '999 milliseconds' FOLLOWING
          ) AS within
          FROM attempt
        ) AS attempts`
      assert.strictEqual(row?.attempts, 100)
      assert.isAtMost(row?.most ?? 0, 40)
      // A hundred at forty a second; a busy machine may need longer.
      assert.isBelow(row?.seconds ?? 0, 10)
    }),
  )

  it.live("spends no attempts on a customer that is down, and loses no lead, however long that takes", () =>
    Effect.gen(function* () {
      const openFor = Duration.millis(200)
      const world = yield* World.make({ throttle: { failures: 5, openFor, ramp: Duration.millis(200) } })
      yield* world.customer.down
      yield* world.startWorker({ backoff: "50 millis", scanInterval: Duration.millis(100) })
      const leads = yield* Effect.forEach(Array.from({ length: 30 }), () => world.receive())
      // Five attempts with these backoffs take less than a second, four probes take longer.
      yield* eventually(
        Effect.map(world.sql`SELECT FROM attempt WHERE is_probe HAVING count(*) >= 4`, (rows) => rows[0]),
      )
      assert.include(world.log.join("\n"), "the customer's API is unavailable")
      const rejected = yield* world.receive({ payload: { zipcode: "10115" } })
      yield* world.reached(rejected.id, "REJECTED")
      yield* world.customer.up
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      yield* eventually(Effect.sync(() => world.log.find((line) => line.includes("API is available again"))))
      const [failed] = yield* world.sql<{ attempts: number }>`
        SELECT count(*)::int AS attempts FROM attempt WHERE NOT success`
      assert.isBelow(failed?.attempts ?? 0, 40)
    }),
  )

  it.live("does not hold a lead's own fault against the customer", () =>
    Effect.gen(function* () {
      const world = yield* World.make({ throttle: { failures: 2 } })
      yield* world.startWorker()
      for (let count = 0; count < 5; count++) {
        const refused = yield* world.receive({ answers: [reply({ status: 422 })] })
        yield* world.reached(refused.id, "PERMANENTLY_FAILED")
      }
      const lead = yield* world.receive()
      yield* world.reached(lead.id, "DELIVERED")
    }),
  )
})
