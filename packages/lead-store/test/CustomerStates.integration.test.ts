import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Option } from "effect"
import { Audit, CustomerStates, LeadWork } from "../src/index.ts"
import {
  anna,
  claim,
  claimNew,
  complete,
  configure,
  eventsOf,
  failed,
  inWorld,
  inWorldWith,
  open,
  openNew,
  ready,
  rowOf,
  secondCustomer,
  send,
  step,
  succeeded,
  timeComes,
} from "./support/world.ts"

const pause = CustomerStates.use(({ pause }) => Effect.flatMap(pause("default", anna), Effect.fromOption))
const resume = CustomerStates.use(({ resume }) => Effect.flatMap(resume("default", anna), Effect.fromOption))
const list = CustomerStates.use(({ list }) => list({ limit: 10 }))
const nextDue = LeadWork.use((work) => work.nextDue)

describe("a paused customer", () => {
  it.effect("has its leads decided and nothing opened; they wait, and no attempt is spent", () =>
    Effect.gen(function* () {
      const retry = yield* send(failed)
      const out = yield* openNew
      const { pausedAt, pausedBy } = yield* pause
      assert.instanceOf(pausedAt, Date)
      assert.strictEqual(pausedBy, "anna")

      const lead = yield* claimNew
      assert.strictEqual((yield* step(lead, ready))._tag, "HeldBack")
      assert.deepInclude(yield* rowOf(lead.leadId), { state: "READY", attempt_no: 0, lease: null, lane: 1 })
      const [event] = yield* eventsOf(lead.leadId)
      assert.deepInclude(event, { type: "held_back", details: { circuit: "paused" } })
      yield* timeComes(retry.leadId)
      assert.deepStrictEqual(yield* claim(10), [])
      assert.isTrue(yield* complete(out, 1, succeeded), "what is under way ends")

      // Workers look again within a second.
      const { untilDue = Duration.infinity } = yield* nextDue
      assert.isAtMost(Duration.toMillis(untilDue), 1000)
      assert.isAbove(Duration.toMillis(untilDue), 0)

      assert.isNull((yield* resume).pausedAt)
      const released = yield* claim(10)
      assert.sameMembers(
        released.map(({ leadId }) => leadId),
        [retry.leadId, lead.leadId],
      )
      yield* Effect.forEach(released, open)
      assert.deepInclude(yield* rowOf(lead.leadId), { attempt_no: 1 })
    }).pipe(inWorld),
  )

  it.effect("stays so when a worker starts, and gets no probe", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* pause
      yield* configure({ address: "other.example:443" })
      yield* PgClient.PgClient.use((sql) => sql`UPDATE customer SET circuit = 'open', probe_at = now()`)
      const lead = yield* claimNew
      assert.strictEqual((yield* step(lead, ready))._tag, "HeldBack")
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("is audited once, however often it is asked for", () =>
    Effect.gen(function* () {
      const first = yield* pause
      assert.deepStrictEqual((yield* pause).pausedAt, first.pausedAt)
      yield* resume
      yield* resume
      const missing = yield* CustomerStates.use(({ pause }) => pause("nobody", anna))
      assert.isTrue(Option.isNone(missing))
      const records = yield* Audit.use(({ list }) => list({ limit: 10 }))
      assert.deepStrictEqual(
        records.map(({ action, operator, subject }) => [action, operator, subject]),
        [
          ["customer.resume", "anna", "default"],
          ["customer.pause", "anna", "default"],
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("holds nobody else up", () =>
    Effect.gen(function* () {
      yield* secondCustomer({ ramp: Duration.zero })
      yield* pause
      const lead = yield* claimNew
      const forOther = { ...ready, delivery: ready.delivery && { ...ready.delivery, customerId: 2 } }
      assert.strictEqual((yield* step(lead, forOther))._tag, "Opened")
    }).pipe(inWorld),
  )
})

describe("CustomerStates.list", () => {
  it.effect("says what waits, since when, and how many attempts failed", () =>
    Effect.gen(function* () {
      yield* secondCustomer()
      yield* send(succeeded)
      yield* send(succeeded)
      yield* send(succeeded)
      const retry = yield* send(failed)
      assert.deepInclude((yield* list)[0], {
        waiting: 1,
        oldestDueAt: null,
        errorShare: 0.25,
        recentAttempts: 4,
      })
      yield* timeComes(retry.leadId)
      const [first, second] = yield* list
      assert.instanceOf(first?.oldestDueAt, Date)
      assert.deepInclude(second, {
        name: "second",
        circuit: "closed",
        waiting: 0,
        errorShare: null,
        recentAttempts: 0,
      })
      assert.lengthOf(yield* CustomerStates.use(({ list }) => list({ limit: 10, after: 1 })), 1)
    }).pipe(inWorld),
  )

  it.effect("says when an open circuit is probed", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const [state] = yield* list
      assert.deepInclude(state, { circuit: "open", pausedAt: null })
      assert.instanceOf(state?.probeAt, Date)
      assert.instanceOf(state?.circuitChangedAt, Date)
    }).pipe(inWorldWith({ failures: 1, ratePerSecond: 7.5 })),
  )
})

describe("CustomerStates.heldFirst", () => {
  it.effect("has those first to which nothing is sent, however many there are", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`INSERT INTO customer (id, tenant_id, name) SELECT n, 1, 'customer ' || n FROM generate_series(2, 60) AS n`
      yield* sql`UPDATE customer SET paused_at = now(), paused_by = 'anna' WHERE id = 57`
      yield* sql`UPDATE customer SET circuit = 'open', circuit_changed_at = now(), probe_at = now() WHERE id = 58`
      yield* sql`UPDATE customer SET blocked_reason = 'no address' WHERE id = 59`
      const first = yield* CustomerStates.use(({ heldFirst }) => heldFirst({ limit: 5 }))
      assert.deepStrictEqual(
        first.map(({ id }) => id),
        [59, 58, 57, 1, 2],
      )
    }).pipe(inWorld),
  )
})
