import { assert, describe, it } from "@effect/vitest"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { LeadId } from "@lead-gateway/lead"
import { LeadWork } from "@lead-gateway/lead-store"
import { Duration, Effect } from "effect"
import { eventRows, ownedLeads } from "./support/rows.ts"
import { eventually } from "./support/waiting.ts"
import { validLead, World } from "./support/World.ts"

const soon = { addressCheckInterval: Duration.millis(50), scanInterval: Duration.millis(100) }

/**
 * A client that is the first one until it is switched to the second: the operator changed a setting, or a name its
 * address. `checks` is how often workers have asked whether it may send.
 */
const switched = (first: CustomerClient["Service"], second: CustomerClient["Service"]) => {
  let current = first
  let checks = 0
  const client = CustomerClient.of({
    send: (request) => current.send(request),
    start: (request, done) => current.start(request, done),
    refusal: Effect.suspend(() => {
      checks++
      return current.refusal
    }),
  })
  return { client, change: () => void (current = second), checks: () => checks }
}

const errors = (world: World["Service"]) =>
  world.log.filter((line) => line.includes("deliveries to the customer are blocked"))

/** A lead's history as soon as it is held back. */
const heldBack = (world: World["Service"], id: LeadId) =>
  eventually(
    Effect.map(world.history(id), (history) =>
      history.events.some(({ type }) => type === "held_back") ? history : undefined,
    ),
  )

describe("a customer whose address is refused", () => {
  it.live("is reported once; its leads wait without an attempt, and go out once the address is allowed", () =>
    Effect.gen(function* () {
      let claims = 0
      const counted = (real: LeadWork["Service"]) =>
        LeadWork.of({
          ...real,
          claim: (options) => Effect.tap(real.claim(options), () => Effect.sync(() => void claims++)),
        })
      const world = yield* World.make({ between: { work: counted } })
      const [refusing, allowing] = yield* Effect.all([world.clients.refusing, world.clients.allowing])
      const { change, checks, client } = switched(refusing, allowing)
      const other = yield* world.startWorker({ client, ...soon })
      yield* world.startWorker({ client, ...soon })
      const leads = yield* Effect.forEach(Array.from({ length: 20 }), () => world.receive())
      const rejected = yield* world.receive({ payload: { ...validLead, zipcode: "10115" } })
      yield* world.reached(rejected.id, "REJECTED")
      for (const { id } of leads) {
        const { deliveryAttempts, events, status } = yield* heldBack(world, id)
        assert.deepStrictEqual([status, deliveryAttempts], ["READY", []])
        assert.deepStrictEqual(
          events.map(({ type }) => type),
          ["received", "ready", "held_back"],
        )
      }
      // Both workers check the address and claim what is due again and again meanwhile.
      const before = { checks: checks(), claims }
      yield* eventually(
        Effect.sync(() =>
          checks() >= before.checks + 10 && claims >= before.claims + 10 ? true : undefined,
        ),
      )
      assert.strictEqual(errors(world).length, 1)
      assert.include(errors(world)[0], "a private address")
      assert.strictEqual((yield* eventRows(world)).length, 20)
      assert.deepStrictEqual(yield* ownedLeads(world), [])
      assert.deepStrictEqual(yield* world.sql`SELECT FROM attempt`, [])
      // Whoever is still asking when the address becomes allowed would say once more that it is not.
      yield* other.stop
      change()
      for (const { id } of leads) {
        const { deliveryAttempts } = yield* world.reached(id, "DELIVERED")
        assert.deepStrictEqual(
          deliveryAttempts.map(({ attemptNo }) => attemptNo),
          [1],
        )
      }
      assert.strictEqual(world.log.filter((line) => line.includes("are no longer blocked")).length, 1)
    }),
  )

  it.live("is blocked by the first exchange that finds out, and no attempt is left open or recorded", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const [refusing, allowing] = yield* Effect.all([world.clients.refusing, world.clients.allowing])
      const { change, client } = switched(allowing, refusing)
      yield* world.startWorker({ client, concurrency: 2, scanInterval: soon.scanInterval })
      const first = yield* world.receive()
      yield* world.reached(first.id, "DELIVERED")
      change()
      const leads = yield* Effect.forEach(Array.from({ length: 10 }), () => world.receive())
      yield* eventually(
        Effect.map(
          world.sql`
            SELECT FROM work WHERE state = 'READY' AND lease IS NULL AND NOT attempt_is_open AND attempt_no = 0
            HAVING count(*) = 10`,
          (rows) => rows[0],
        ),
      )
      assert.strictEqual(errors(world).length, 1)
      assert.strictEqual(world.customer.requests().length, 1)
      // What was under way then found out for itself; the others were held back.
      const withdrawn = (yield* eventRows(world)).filter((type) => type === "attempt_withdrawn")
      assert.isAtMost(withdrawn.length, 4)
      yield* world.startWorker({ client: allowing, ...soon })
      for (const { id } of leads) {
        const { deliveryAttempts } = yield* world.reached(id, "DELIVERED")
        assert.deepStrictEqual(
          deliveryAttempts.map(({ attemptNo }) => attemptNo),
          [1],
        )
      }
    }),
  )
})
