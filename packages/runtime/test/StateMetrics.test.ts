import { assert, describe, it } from "@effect/vitest"
import { type GatewayState, makeMetrics, observeState, type StateSources } from "@lead-gateway/runtime"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

const state: GatewayState = {
  leadsDue: 3,
  oldestDueSeconds: 12.5,
  unaccounted: 0,
  customers: [
    { name: "default", isCircuitOpen: true },
    { name: "other one", isCircuitOpen: false },
  ],
  connections: { active: 1, idle: 4 },
}

const sources: StateSources = {
  counts: Effect.succeed({ READY: 1, DELIVERED: 2 }),
  state: Effect.succeed(state),
  queueDepth: Effect.succeed(9),
}

/** The lines of a scrape of these sources, without the comments and the prefix; at most 2 s after it began. */
const scrape = (more: Partial<StateSources> = {}) =>
  Effect.gen(function* () {
    const metrics = makeMetrics()
    observeState(metrics, { ...sources, ...more })
    const fiber = yield* Effect.forkChild(metrics.scrape("prometheus"))
    yield* TestClock.adjust("2 seconds")
    return (yield* Fiber.join(fiber))
      .split("\n")
      .filter((line) => line.startsWith("lead_gateway_"))
      .map((line) => line.replace("lead_gateway_", ""))
  })

const ofPostgres = [
  'leads{status="READY"} 1',
  'leads{status="DELIVERED"} 2',
  "leads_due 3",
  "oldest_due_seconds 12.5",
  "unaccounted_leads 0",
  'circuit_open{customer="default"} 1',
  'circuit_open{customer="other one"} 0',
  'db_pool_connections{state="active"} 1',
  'db_pool_connections{state="idle"} 4',
]

describe("the state of leads", () => {
  it.effect("is in the metrics", () =>
    Effect.gen(function* () {
      assert.sameMembers(yield* scrape(), ["database_up 1", ...ofPostgres, "queue_depth 9"])
    }),
  )

  it.effect("has an oldest due lead of 0 s when none is due", () =>
    Effect.gen(function* () {
      const none = Effect.succeed({ ...state, leadsDue: 0, oldestDueSeconds: undefined })
      assert.includeMembers(yield* scrape({ state: none }), ["leads_due 0", "oldest_due_seconds 0"])
    }),
  )

  it.effect.each([
    ["fails", Effect.fail("away")],
    ["dies", Effect.die(new Error("a bug"))],
    ["says nothing", Effect.never],
  ] as const)("is absent, and the scrape succeeds within 2 s, when Postgres %s", ([, away]) =>
    Effect.gen(function* () {
      assert.sameMembers(yield* scrape({ counts: away, state: away }), ["database_up 0", "queue_depth 9"])
    }),
  )

  it.effect("lacks the depth of a queue that is away, and no more", () =>
    Effect.gen(function* () {
      assert.sameMembers(yield* scrape({ queueDepth: Effect.never }), ["database_up 1", ...ofPostgres])
    }),
  )
})
