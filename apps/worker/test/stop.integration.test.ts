import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Deferred, Duration, Effect, Fiber } from "effect"
import { held } from "./support/held.ts"
import { eventRows, ownedLeads, waitForLock } from "./support/rows.ts"
import { eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

const { hang, reply } = CustomerBehaviour

const messages = (log: ReadonlyArray<string>) =>
  log.map((line) => (JSON.parse(line) as { message: string }).message)

describe("a worker that is stopped", () => {
  it.live("claims no more, and finishes what is under way", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const customer = held()
      const worker = yield* world.startWorker({ concurrency: 1 })
      const first = yield* world.receive({ answers: [customer.answer] })
      yield* world.customer.received(1)
      const second = yield* world.receive({ answers: [customer.answer] })
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      // The stop begins with what is under way at that moment.
      yield* eventually(
        Effect.sync(() => messages(world.log).find((message) => message.startsWith("worker drains"))),
      )
      yield* customer.letGo
      yield* Fiber.join(stopping)
      assert.strictEqual((yield* world.history(first.id)).status, "DELIVERED")
      assert.strictEqual((yield* world.history(second.id)).status, "RECEIVED")
      assert.deepStrictEqual(yield* ownedLeads(world), [])
      assert.deepStrictEqual(messages(world.log).slice(-3), [
        "worker drains: waiting for deliveries in flight",
        "lead delivered",
        "worker has stopped",
      ])
    }),
  )

  it.live("leaves no lead claimed and lying when it was in the middle of a claim", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      const [locked, unlock] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      yield* world.sql`LOCK TABLE work IN EXCLUSIVE MODE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(unlock)),
        world.sql.withTransaction,
        Effect.forkScoped,
      )
      yield* Deferred.await(locked)
      const worker = yield* world.startWorker()
      yield* waitForLock(world)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* Deferred.succeed(unlock, undefined)
      yield* Fiber.join(stopping)
      assert.strictEqual((yield* world.history(lead.id)).status, "DELIVERED")
    }),
  )

  it.live("gives back at once what it has claimed ahead, and that costs no attempt", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const customer = held()
      const quick = yield* Effect.forEach(Array.from({ length: 60 }), () =>
        world.receive({ answers: [reply({ delayMs: 10 })] }),
      )
      const slow = yield* Effect.forEach(Array.from({ length: 6 }), () =>
        world.receive({ answers: [customer.answer] }),
      )
      const worker = yield* world.startWorker({ concurrency: 2 })
      yield* Effect.forEach(quick, ({ id }) => world.reached(id, "DELIVERED"))
      yield* world.customer.received(62)
      // Two at the customer, and what was claimed ahead while it answered quickly.
      assert.isAbove((yield* ownedLeads(world)).length, 2)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* eventually(Effect.map(ownedLeads(world), (owned) => (owned.length === 2 ? owned : undefined)))
      yield* customer.letGo
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(yield* ownedLeads(world), [])
      assert.lengthOf(world.customer.requests(), 62)
      // Those that were opened ahead, and no others, say so.
      assert.includeMembers(withdrawal, yield* eventRows(world))
      yield* world.startWorker()
      const histories = yield* Effect.forEach(slow, ({ id }) => world.reached(id, "DELIVERED"))
      assert.deepStrictEqual(
        histories.map(({ deliveryAttempts }) => deliveryAttempts.length),
        [1, 1, 1, 1, 1, 1],
      )
    }),
  )

  it.live("waits no longer than the shutdown timeout, and gives the rest back at once", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const worker = yield* world.startWorker({
        shutdownTimeout: Duration.millis(200),
        backoff: Duration.minutes(7),
      })
      const lead = yield* world.receive({ answers: [hang()] })
      yield* world.customer.received(1)
      const [took] = yield* Effect.timed(worker.stop)
      assert.isAtLeast(Duration.toMillis(took), 200)
      assert.isAtMost(Duration.toMillis(took), 2000)
      const { deliveryAttempts, nextAttemptAt, status } = yield* world.history(lead.id)
      assert.deepStrictEqual([status, deliveryAttempts.length], ["FAILED", 1])
      assert.include(deliveryAttempts[0]?.errorMessage, "outcome unknown: the worker was stopped")
      // By the backoff, not by the lease.
      const wait = Number(nextAttemptAt) - Date.now()
      assert.isAbove(wait, Duration.toMillis("6 minutes"))
      assert.isAtMost(wait, Duration.toMillis("7 minutes"))
    }),
  )
})

/** What the history of an attempt keeps that was opened and not sent. */
const withdrawal = ["attempt_opened", "attempt_withdrawn"]
