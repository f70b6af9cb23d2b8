import { assert, describe, it } from "@effect/vitest"
import { CustomerClient, DeliveryOutcome } from "@lead-gateway/customer-client"
import { type AttemptRecord, DataRefused, LeadWork } from "@lead-gateway/lead-store"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Clock, Context, Deferred, Duration, Effect, Fiber } from "effect"
import { makeDelivery } from "../src/Delivery.ts"
import { shippedFlow } from "./support/flow.ts"
import { eventually, retryPolicy, World } from "./support/World.ts"

const { reply } = CustomerBehaviour

/** A world whose store fails the first records of outcomes in this way. */
const failing = (fail: (outcome: AttemptRecord) => Effect.Effect<never, DataRefused> | undefined) =>
  World.make({
    betweenWorkerAndStore: (real) => ({
      ...real,
      record: (outcome) => fail(outcome) ?? real.record(outcome),
    }),
  })

describe("what the customer answered", () => {
  it.live("is recorded in spite of a bug in between, and nothing is sent twice", () =>
    Effect.gen(function* () {
      let bugs = 2
      const world = yield* failing(() => (bugs-- > 0 ? Effect.die(new Error("a bug")) : undefined))
      yield* world.startWorker()
      const lead = yield* world.receive()
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual([deliveryAttempts.length, lead.requests().length], [1, 1])
      assert.strictEqual(world.log.filter((line) => line.includes("is not recorded yet")).length, 1)
    }),
  )

  it.live("is recorded without its text when Postgres refuses that", () =>
    Effect.gen(function* () {
      const refused = new DataRefused({ operation: "LeadWork.record", sqlState: "22021" })
      const world = yield* failing(({ responseBody }) =>
        responseBody === null ? undefined : Effect.fail(refused),
      )
      yield* world.startWorker()
      const lead = yield* world.receive({ answers: [reply({ body: "thank you" })] })
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepInclude(deliveryAttempts[0], { success: true, statusCode: 200 })
      assert.strictEqual(lead.requests().length, 1)
    }),
  )

  it.live("is recorded also when the worker is stopped before Postgres takes it", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const [locked, unlock, answer] = yield* Effect.all([
        Deferred.make<void>(),
        Deferred.make<void>(),
        Deferred.make<void>(),
      ])
      const run = Effect.runPromiseWith(yield* Effect.context())
      const held: CustomerBehaviour = {
        answer: (response) => void run(Deferred.await(answer)).then(() => response.end()),
      }
      const worker = yield* world.startWorker({ shutdownTimeout: Duration.millis(200) })
      const lead = yield* world.receive({ answers: [held] })
      yield* world.customer.received(1)
      yield* world.sql`SELECT FROM open_lead WHERE id = ${lead.id} FOR UPDATE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(unlock)),
        world.sql.withTransaction,
        Effect.forkScoped,
      )
      yield* Deferred.await(locked)
      yield* Deferred.succeed(answer, undefined)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* eventually(
        Effect.sync(() => world.log.find((line) => line.includes("could not finish in time"))),
      )
      yield* Deferred.succeed(unlock, undefined)
      yield* Fiber.join(stopping)
      const { deliveryAttempts, status } = yield* world.history(lead.id)
      assert.deepStrictEqual([status, deliveryAttempts.length], ["DELIVERED", 1])
    }),
  )
})

describe("what cannot be sent for a reason on our side", () => {
  it.live("costs the lead no attempt, and sets it aside with an event", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      const refused = DeliveryOutcome.AddressRefused({ message: "the name leads to a forbidden address" })
      const client = CustomerClient.of({ send: () => Effect.succeed(refused) })
      yield* Effect.gen(function* () {
        const step = yield* makeDelivery({
          flow: yield* shippedFlow,
          policy: retryPolicy(),
          timeout: Duration.seconds(5),
          lease: Duration.seconds(20),
        })
        const claimedAt = yield* Clock.monotonicTimeNanos
        const [claimed] = yield* LeadWork.use((work) => work.claim({ max: 1 }))
        assert(claimed !== undefined)
        yield* step({ ...claimed, claimedAt })
      }).pipe(Effect.provideContext(Context.add(world.services, CustomerClient, client)))
      const { deliveryAttempts, events, nextAttemptAt, status } = yield* world.history(lead.id)
      assert.deepStrictEqual([status, deliveryAttempts], ["READY", []])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["received", "ready", "attempt_opened", "attempt_withdrawn", "set_aside"],
      )
      assert.deepInclude(events.at(-1)?.details, { because: refused.message })
      assert.approximately(Number(nextAttemptAt) - Date.now(), 30_000, 5000)
    }),
  )
})
