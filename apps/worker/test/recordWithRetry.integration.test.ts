import { assert, describe, it } from "@effect/vitest"
import { type AttemptRecord, DataRefused, type StoreError, StoreUnavailable } from "@lead-gateway/lead-store"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Deferred, Duration, Effect, Fiber, Result } from "effect"
import { eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

const { reply } = CustomerBehaviour

/** A world whose store fails the records of outcomes for which this gives an error. */
const failing = (failureOf: (record: AttemptRecord) => StoreError | undefined) =>
  World.make({
    between: {
      work: (real) => ({
        ...real,
        completeAttempt: (record, done) => {
          const error = failureOf(record)
          if (error === undefined) real.completeAttempt(record, done)
          else setImmediate(() => done(Result.fail(error)))
        },
      }),
    },
  })

const operation = "LeadWork.completeAttempt"
const refused = new DataRefused({ operation, sqlState: "22021" })

describe("what the customer answered", () => {
  it.live("is recorded when the store is there again, and nothing is sent twice", () =>
    Effect.gen(function* () {
      let failures = 3
      const world = yield* failing(() => (failures-- > 0 ? new StoreUnavailable({ operation }) : undefined))
      yield* world.startWorker()
      const lead = yield* world.receive()
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual([deliveryAttempts.length, lead.requests().length], [1, 1])
      assert.strictEqual(world.log.filter((line) => line.includes("is not recorded yet")).length, 1)
    }),
  )

  it.live("is recorded without its text when Postgres refuses that", () =>
    Effect.gen(function* () {
      const world = yield* failing(({ responseBody }) => (responseBody === null ? undefined : refused))
      yield* world.startWorker()
      const lead = yield* world.receive({ answers: [reply({ body: "thank you" })] })
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepInclude(deliveryAttempts[0], { success: true, statusCode: 200, responseBody: null })
      assert.strictEqual(lead.requests().length, 1)
    }),
  )

  it.live("counts as unknown when Postgres refuses it even so: that is logged, and the lease ends", () =>
    Effect.gen(function* () {
      const world = yield* failing(({ outcomeUnknown }) => (outcomeUnknown ? undefined : refused))
      yield* world.startWorker({
        lease: Duration.seconds(6),
        maxAttempts: 1,
        scanInterval: Duration.millis(200),
      })
      const lead = yield* world.receive({ answers: [reply({ status: 422 })] })
      const { deliveryAttempts, rejectionReason } = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.strictEqual(rejectionReason, "DELIVERY_OUTCOME_UNKNOWN")
      assert.strictEqual(deliveryAttempts.length, 1)
      assert.include(deliveryAttempts[0]?.errorMessage, "outcome unknown")
      const lines = world.log.filter((line) => line.includes("cannot be recorded, and counts as unknown"))
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], `"lead_id":${lead.id}`)
      assert.include(lines[0], `"status_code":422`)
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
      yield* world.sql`SELECT FROM work WHERE lead_id = ${lead.id} FOR UPDATE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(unlock)),
        world.sql.withTransaction,
        Effect.forkScoped,
      )
      yield* Deferred.await(locked)
      yield* Deferred.succeed(answer, undefined)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* eventually(Effect.sync(() => world.log.find((line) => line.includes("did not end in time"))))
      yield* Deferred.succeed(unlock, undefined)
      yield* Fiber.join(stopping)
      const { deliveryAttempts, status } = yield* world.history(lead.id)
      assert.deepStrictEqual([status, deliveryAttempts.length], ["DELIVERED", 1])
    }),
  )
})
