import { assert, describe, it } from "@effect/vitest"
import { StoreUnavailable } from "@lead-gateway/lead-store"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
import { shippedFlow } from "./support/flow.ts"
import { eventually } from "./support/waiting.ts"
import { validLead, World } from "./support/World.ts"

const { reply } = CustomerBehaviour

describe("Worker", () => {
  it.live("has never more exchanges under way than it has slots, and claims ahead while they are quick", () =>
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
      const leads = yield* Effect.forEach(Array.from({ length: 60 }), () =>
        world.receive({ answers: [counted] }),
      )
      let claimed = 0
      const watch = world.sql<{
        leads: bigint
      }>`SELECT count(*) AS leads FROM work WHERE lease IS NOT NULL`.pipe(
        Effect.map(([row]) => (claimed = Math.max(claimed, Number(row?.leads)))),
        Effect.forever,
      )
      yield* Effect.forkScoped(watch)
      yield* world.startWorker({ concurrency: 3 })
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      assert.strictEqual(most, 3)
      assert.isAbove(claimed, 3, "some are claimed ahead")
      // Three in 20 ms: some thirty while a timer of 200 ms runs, which may be late.
      assert.isBelow(claimed, 60)
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

  it.live("finds leads that were never offered", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ pollInterval: Duration.millis(50) })
      const [lead] = yield* world.sql<{ id: bigint }>`
        WITH stored AS (
          INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
          VALUES (
            nextval('lead_id_seq'), 1, 1, ${JSON.stringify(validLead)}::text::json, '{}', sha256('x'), 'x'
          ) RETURNING id
        )
        INSERT INTO work (lead_id, tenant_id) SELECT id, 1 FROM stored RETURNING lead_id AS id`
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

  it.live("starts when Postgres takes its customer's settings, however often that fails before", () =>
    Effect.gen(function* () {
      let failures = 3
      const away = Effect.fail(new StoreUnavailable({ operation: "Customers.configure" }))
      const world = yield* World.make({
        between: {
          customers: (real) => ({
            ...real,
            configure: (id, settings) =>
              Effect.suspend(() => (failures-- > 0 ? away : real.configure(id, settings))),
          }),
        },
      })
      yield* world.startWorker()
      const lead = yield* world.receive()
      yield* world.reached(lead.id, "DELIVERED")
      const rows = yield* world.sql`SELECT address FROM customer`
      assert.deepStrictEqual(rows, [{ address: "customer.example" }])
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

describe("a lead that a worker cannot deal with", () => {
  it.live("is snoozed with an event when a defect stops it; the others go on", () =>
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
      const stopped = yield* world.receive()
      const rejected = yield* world.receive({ payload: { zipcode: "10115" } })
      yield* world.startWorker({ flow: broken, concurrency: 1 })
      yield* world.reached(rejected.id, "REJECTED")
      const { deliveryAttempts, events, status } = yield* eventually(
        Effect.map(world.history(stopped.id), (found) => (found.events.length > 1 ? found : undefined)),
      )
      assert.deepStrictEqual([status, deliveryAttempts], ["RECEIVED", []])
      assert.deepInclude(events[1], { type: "snoozed" })
      assert.deepInclude(events[1]?.details, { because: "an unexpected error in the gateway" })
      assert.isTrue(yield* waitsHalfAMinute(world, stopped.id))
      const line = world.log.find((text) => text.includes("lead snoozed"))
      assert.include(line, `"lead_id":${stopped.id}`)
      assert.include(line, `"delay_ms":30000`)
    }),
  )

  it.live("is snoozed when its rows cannot be read; the others of its claim go on", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const first = yield* world.startWorker({ backoff: "1 hour" })
      const leads = yield* Effect.forEach(Array.from({ length: 5 }), () =>
        world.receive({ answers: [reply({ status: 500 }), reply()] }),
      )
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "FAILED"))
      yield* first.stop
      const [broken, ...others] = leads
      const id = broken?.id ?? 0
      yield* world.sql`DELETE FROM delivery WHERE lead_id = ${id}`
      yield* world.sql`UPDATE work SET due_at = now(), scheduled_at = now()`
      yield* world.startWorker()
      yield* Effect.forEach(others, (lead) => world.reached(lead.id, "DELIVERED"))
      const events = eventually(
        Effect.map(world.sql`SELECT type, details ->> 'because' AS because FROM lead_event`, (rows) =>
          rows.length > 0 ? rows : undefined,
        ),
      )
      assert.deepStrictEqual(yield* events, [{ type: "snoozed", because: "its stored rows cannot be read" }])
      assert.isTrue(yield* waitsHalfAMinute(world, id))
      assert.strictEqual(broken?.requests().length, 1)
    }),
  )
})

/** Whether a lead rests for about 30 s, without a lease. */
const waitsHalfAMinute = ({ sql }: World["Service"], id: number) =>
  Effect.map(
    sql<{ waits: boolean }>`
      SELECT lease IS NULL AND scheduled_at BETWEEN now() + interval '20 s' AND now() + interval '30 s' AS waits
      FROM work WHERE lead_id = ${id}`,
    ([row]) => row?.waits,
  )
