import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Deferred, Duration, Effect, Fiber } from "effect"
import { shippedFlow } from "./support/flow.ts"
import { eventually, validLead, World } from "./support/World.ts"
import { held } from "./support/held.ts"

const { hang, reply } = CustomerBehaviour

const eventsNamed = (log: ReadonlyArray<string>) =>
  log.map((line) => (JSON.parse(line) as { message: string }).message)

describe("Worker", () => {
  it.live("has never more leads under way, or claimed, than it has slots", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      let open = 0
      let most = 0
      const counted: CustomerBehaviour = {
        answer: (response) => {
          most = Math.max(most, ++open)
          setTimeout(() => response.end(void open--), 20)
        },
      }
      const leads = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        world.receive({ answers: [counted] }),
      )
      let claimed = 0
      const watch = world.sql<{
        leads: bigint
      }>`SELECT count(*) AS leads FROM open_lead WHERE lease_token IS NOT NULL`.pipe(
        Effect.map(([row]) => (claimed = Math.max(claimed, Number(row?.leads)))),
        Effect.forever,
      )
      yield* Effect.forkScoped(watch)
      yield* world.startWorker({ concurrency: 3 })
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      assert.deepStrictEqual([most, claimed], [3, 3])
    }),
  )

  it.live("takes leads that are offered while it is idle at once, whatever its poll interval", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ pollInterval: Duration.hours(1) })
      const first = yield* world.receive()
      yield* world.reached(first.id, "DELIVERED")
      const second = yield* world.receive()
      yield* world.reached(second.id, "DELIVERED")
    }),
  )

  it.live("finds leads that nobody told it of", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ pollInterval: Duration.millis(50) })
      const [lead] = yield* world.sql<{ id: bigint }>`
        WITH stored AS (
          INSERT INTO inbound_lead (raw_payload, source_headers, payload_hash, correlation_id)
          VALUES (${JSON.stringify(validLead)}::text::jsonb, '{}', repeat('0', 64), 'x') RETURNING id
        )
        INSERT INTO open_lead (id) SELECT id FROM stored RETURNING id`
      yield* eventually(
        Effect.map(
          world.sql`SELECT FROM inbound_lead WHERE id = ${lead?.id ?? 0} AND status = 'DELIVERED'`,
          (rows) => rows[0],
        ),
      )
    }),
  )

  it.live("takes up a retry when it is due, however long its poll interval", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ pollInterval: Duration.hours(1), backoff: "150 millis" })
      const lead = yield* world.receive({ answers: [reply({ status: 500 }), reply()] })
      yield* world.reached(lead.id, "DELIVERED")
    }),
  )

  it.live("shares the leads with another worker: each is delivered once", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* Effect.all([world.startWorker(), world.startWorker()], { concurrency: 2 })
      const leads = yield* Effect.forEach(Array.from({ length: 40 }), () => world.receive(), {
        concurrency: "unbounded",
      })
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      assert.strictEqual(world.customer.requests().length, 40)
    }),
  )

  it.live("goes on when a defect stops one lead, which is set aside with an event", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const flow = yield* shippedFlow
      const broken = {
        ...flow,
        // Rules come first, so only leads that pass them get here.
        get profile(): typeof flow.profile {
          throw new Error("a bug")
        },
      }
      yield* world.startWorker({ flow: broken, concurrency: 1 })
      const stopped = yield* world.receive()
      const rejected = yield* world.receive({ payload: { zipcode: "10115" } })
      yield* world.reached(rejected.id, "REJECTED")
      const { deliveryAttempts, events, status } = yield* eventually(
        Effect.map(world.history(stopped.id), (found) => (found.events.length > 1 ? found : undefined)),
      )
      assert.deepStrictEqual([status, deliveryAttempts], ["RECEIVED", []])
      assert.deepInclude(events[1], { type: "set_aside" })
      assert.deepInclude(events[1]?.details, { because: "an unexpected error in the gateway" })
      assert.include(world.log.join("\n"), "a step failed")
      const [{ waits } = {}] = yield* world.sql<{ waits: boolean }>`
        SELECT lease_token IS NULL AND due_at BETWEEN now() + interval '20 s' AND now() + interval '30 s' AS waits
        FROM open_lead WHERE id = ${stopped.id}`
      assert.isTrue(waits)
    }),
  )

  it.live("claims no more when it is stopped, and finishes what is under way", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const customer = held()
      const worker = yield* world.startWorker({ concurrency: 1 })
      const first = yield* world.receive({ answers: [customer.answer] })
      const second = yield* world.receive({ answers: [customer.answer] })
      yield* world.customer.received(1)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* customer.letGo
      yield* Fiber.join(stopping)
      assert.strictEqual((yield* world.history(first.id)).status, "DELIVERED")
      assert.strictEqual((yield* world.history(second.id)).status, "RECEIVED")
      const owned = yield* world.sql`SELECT id FROM open_lead WHERE lease_token IS NOT NULL`
      assert.deepStrictEqual(owned, [])
      assert.deepStrictEqual(eventsNamed(world.log).slice(-3), [
        "worker finishes what is under way",
        "lead delivered",
        "worker has stopped",
      ])
    }),
  )

  it.live("leaves no lead claimed and lying when it is stopped in the middle of a claim", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      const [locked, unlock] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      yield* world.sql`LOCK TABLE open_lead IN EXCLUSIVE MODE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(unlock)),
        world.sql.withTransaction,
        Effect.forkScoped,
      )
      yield* Deferred.await(locked)
      const worker = yield* world.startWorker()
      yield* eventually(Effect.map(world.sql`SELECT FROM pg_locks WHERE NOT granted`, (rows) => rows[0]))
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* Deferred.succeed(unlock, undefined)
      yield* Fiber.join(stopping)
      assert.strictEqual((yield* world.history(lead.id)).status, "DELIVERED")
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

  it.live("logs nothing of a lead but its ids", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ backoff: "10 millis" })
      const secrets = { phone: "+4915112345678", email: "ada@lovelace.example", city: "Personenstadt" }
      const echo = reply({ status: 500, body: JSON.stringify(secrets) })
      const failing = yield* world.receive({
        payload: { ...validLead, ...secrets },
        answers: [echo, reply()],
      })
      const rejected = yield* world.receive({ payload: { ...secrets, zipcode: "12345" } })
      yield* world.reached(failing.id, "DELIVERED")
      yield* world.reached(rejected.id, "REJECTED")
      const log = world.log.join("\n")
      assert.include(log, `"lead_id":${failing.id}`)
      assert.include(log, failing.correlationId)
      for (const secret of [...Object.values(secrets), "12345678", "66123"]) assert.notInclude(log, secret)
    }),
  )
})
