import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import type { Released, StepResult } from "@lead-gateway/lead-store"
import { Duration, Effect } from "effect"
import { makeIds, makeSteps } from "../src/Step.ts"
import { shippedFlow } from "./support/flow.ts"
import { eventRows } from "./support/rows.ts"
import { called, eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

describe("an attempt whose worker was lost", () => {
  it.live("has an unknown outcome, and the next one waits for the backoff", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      const claimedAt = yield* openAndVanish(world, "300 millis")
      yield* world.startWorker({ backoff: "200 millis", scanInterval: Duration.millis(100) })
      const { deliveryAttempts, events } = yield* world.reached(lead.id, "DELIVERED")
      const [lost, next] = deliveryAttempts
      assert.deepInclude(lost, { attemptNo: 1, success: false, statusCode: null, fault: "ours" })
      assert.include(lost?.errorMessage, "outcome unknown")
      assert.deepInclude(next, { attemptNo: 2, success: true })
      assert.deepStrictEqual(lead.requests().length, 1)
      const closedAt = events.find(({ type }) => type === "attempt_outcome_unknown")?.at
      assert.isAtLeast(Number(closedAt), claimedAt + 300)
      assert.isAtLeast(Number(next?.attemptedAt), Number(closedAt) + 190)
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        [
          "received",
          "ready",
          "attempt_opened",
          "attempt_outcome_unknown",
          "retry_scheduled",
          "attempt_opened",
          "attempt_succeeded",
          "delivered",
        ],
      )
    }),
  )

  it.live("gives a lead up that has no further one", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      yield* openAndVanish(world, "50 millis")
      yield* world.startWorker({ maxAttempts: 1, scanInterval: Duration.millis(100) })
      const { deliveryAttempts, rejectionReason } = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.strictEqual(rejectionReason, "DELIVERY_OUTCOME_UNKNOWN")
      assert.strictEqual(deliveryAttempts.length, 1)
      assert.deepStrictEqual(lead.requests(), [])
    }),
  )

  it.live("is completed at once by a worker that is alone with its database", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      yield* openAndVanish(world, "1 hour")
      yield* world.startWorker({ isAlone: true, maxAttempts: 1 })
      yield* world.reached(lead.id, "PERMANENTLY_FAILED")
    }),
  )
})

describe("work that cannot be sent while its lease lasts", () => {
  it.live("has its attempt taken back when it was opened too late, and goes out under the same number", () =>
    Effect.gen(function* () {
      let slow = true
      const world = yield* World.make({
        customerTimeout: "2 seconds",
        between: {
          work: (real) => ({
            ...real,
            openAttempt: (step, done) => {
              real.openAttempt(step, (result) => setTimeout(() => done(result), slow ? 100 : 0))
            },
          }),
        },
      })
      // The lease leaves 60 ms beside the exchange, of which 40 ms are for opening.
      const lease = Duration.millis(2060)
      const worker = yield* world.startWorker({ lease })
      const lead = yield* world.receive()
      const tooLate = eventually(
        Effect.map(eventRows(world), (types) => (types.includes("attempt_withdrawn") ? types : undefined)),
      )
      yield* tooLate
      yield* worker.stop
      assert.deepStrictEqual(lead.requests(), [])
      slow = false
      yield* world.startWorker()
      const { deliveryAttempts, events } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(
        deliveryAttempts.map(({ attemptNo }) => attemptNo),
        [1],
      )
      assert.match(
        events.map(({ type }) => type).join(),
        /^received,ready,(attempt_opened,attempt_withdrawn,)+attempt_opened,attempt_succeeded,delivered$/,
      )
    }),
  )

  it.live("is given back and counts no attempt when the customer became slow and it could not begin", () =>
    Effect.gen(function* () {
      const givenBack: Array<Released> = []
      const world = yield* World.make({
        customerTimeout: "1500 millis",
        between: {
          work: (real) => ({
            ...real,
            release: (released, done) => {
              givenBack.push(released)
              real.release(released, done)
            },
          }),
        },
      })
      const { hang, reply } = CustomerBehaviour
      // Of the 1500 ms beside the exchange, 1000 are for beginning: less than what a slow customer takes.
      yield* world.startWorker({ lease: Duration.seconds(3), concurrency: 2, backoff: "1 minute" })
      const quick = yield* Effect.forEach(Array.from({ length: 60 }), () =>
        world.receive({ answers: [reply({ delayMs: 20 })] }),
      )
      const slow = yield* Effect.forEach(Array.from({ length: 4 }), () =>
        world.receive({ answers: [hang()] }),
      )
      yield* Effect.forEach(quick, ({ id }) => world.reached(id, "DELIVERED"))
      const histories = yield* Effect.forEach(slow, ({ id }) => world.reached(id, "FAILED"))
      for (const { deliveryAttempts } of histories) {
        assert.strictEqual(deliveryAttempts.length, 1)
        assert.match(String(deliveryAttempts[0]?.errorMessage), /^no answer within/)
      }
      assert.isAbove(givenBack.length, 0)
      // Those that were opened ahead, and no others, say so.
      assert.includeMembers(["attempt_opened", "attempt_withdrawn"], yield* eventRows(world))
      assert.strictEqual(world.customer.requests().length, 64)
    }),
  )
})

/** Does what a worker does that is lost in the middle of sending: claims a lead, opens an attempt, and is gone. */
const openAndVanish = Effect.fnUntraced(function* (world: World["Service"], hold: Duration.Input) {
  const claimedAt = Date.now()
  const [work] = yield* world.work.claim({ max: 1, lease: Duration.fromInputUnsafe(hold) })
  if (work?._tag !== "Undecided") return yield* Effect.die("there is no lead to claim")
  const { step } = makeSteps({ flow: yield* shippedFlow, ids: makeIds(), now: () => 0 })(work)
  const result = yield* called<StepResult>((done) => world.work.openAttempt(step, done))
  return result._tag === "Opened" ? claimedAt : yield* Effect.die(`${result._tag}, not opened`)
})
