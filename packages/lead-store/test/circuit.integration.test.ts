import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect } from "effect"
import { LeadWork } from "../src/index.ts"
import { customerRow, probeTimeComes } from "./support/throttle.ts"
import {
  anotherProcess,
  claim,
  claimNew,
  claimOne,
  complete,
  configure,
  eventsOf,
  failed,
  inWorldWith,
  open,
  openNew,
  ready,
  receive,
  refused,
  rejected,
  release,
  rowOf,
  send,
  step,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const inWorld = inWorldWith({ failures: 3, ramp: Duration.zero })

const circuit = Effect.map(customerRow(), (row) => row.circuit)

const isCircuitOpen = LeadWork.use((work) => Effect.map(work.nextDue, (outlook) => outlook.isCircuitOpen))

const repeat = <A, E, R>(times: number, effect: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: times }), () => effect)

describe("a customer's circuit", () => {
  it.effect("opens when enough different leads have failed with no success between them", () =>
    Effect.gen(function* () {
      yield* repeat(2, send(failed))
      assert.strictEqual(yield* circuit, "closed")
      yield* send(succeeded)
      yield* repeat(2, send(failed))
      assert.strictEqual(yield* circuit, "closed")
      assert.isFalse(yield* isCircuitOpen)
      yield* send(failed)
      assert.strictEqual(yield* circuit, "open")
      assert.isTrue(yield* isCircuitOpen)
    }).pipe(inWorld),
  )

  it.effect("does not open for one lead that fails 20 times", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* complete(lead, 1, failed)
      for (let attemptNo = 2; attemptNo <= 20; attemptNo++) {
        yield* timeComes(lead.leadId)
        const again = yield* claimOne
        yield* open(again)
        yield* complete(again, attemptNo, failed)
      }
      assert.deepInclude(yield* customerRow(), { circuit: "closed", failed_leads: [BigInt(lead.leadId)] })
    }).pipe(inWorld),
  )

  it.effect("takes a refusal, a 429 and an unknown outcome neither for a failure nor for a success", () =>
    Effect.gen(function* () {
      yield* repeat(2, send(failed))
      for (const outcome of [refused, throttled, unknown]) yield* repeat(3, send(outcome))
      assert.strictEqual((yield* customerRow()).failed_leads.length, 2)
      assert.strictEqual(yield* circuit, "closed")
      yield* send(failed)
      assert.strictEqual(yield* circuit, "open")
    }).pipe(inWorld),
  )

  it.effect("opens no attempt while it is open, but lets leads be decided", () =>
    Effect.gen(function* () {
      yield* repeat(3, send(failed))
      yield* receive(3)
      const [one, two, three] = yield* claim(10)
      assert(one !== undefined && two !== undefined && three !== undefined)
      assert.deepStrictEqual(yield* step(one, rejected), { _tag: "Settled" })
      const before = yield* rowOf(two.leadId)
      assert.deepStrictEqual(yield* step(two, ready), { _tag: "HeldBack" })
      assert.deepStrictEqual(yield* step(three, ready), { _tag: "HeldBack" })
      const scheduled_at = before?.scheduled_at ?? null
      assert.deepInclude(yield* rowOf(two.leadId), {
        state: "READY",
        attempt_no: 0,
        lane: 1,
        lease: null,
        scheduled_at,
        due_at: scheduled_at,
      })
      assert.deepStrictEqual(yield* eventsOf(two.leadId), [
        { type: "held_back", details: { circuit: "open" } },
      ])
      assert.deepStrictEqual(yield* step(two, undefined), { _tag: "Unchanged" })
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorld),
  )

  it.effect("lets what it held back go in its old order when it is closed again", () =>
    Effect.gen(function* () {
      yield* repeat(3, send(failed))
      const ids = yield* receive(4)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE work SET scheduled_at = now() - make_interval(secs => lead_id) WHERE state = 'RECEIVED'`
      for (const lead of (yield* claim(10)).toSorted((a, b) => a.leadId - b.leadId)) yield* step(lead, ready)
      yield* sql`UPDATE customer SET circuit = 'closed'`
      const order = yield* repeat(
        4,
        Effect.map(claim(1), (leads) => leads[0]?.leadId),
      )
      assert.deepStrictEqual(order, ids.toReversed())
    }).pipe(inWorld),
  )

  it.effect("stays open longer when it was closed for a shorter time than it had been open", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const fail = repeat(3, send(failed))
      const recover = Effect.gen(function* () {
        const lead = yield* claimNew
        yield* probeTimeComes
        yield* open(lead)
        yield* complete(lead, 1, succeeded)
      })
      for (const expected of [30, 60, 120, 240, 300, 300]) {
        yield* fail
        assert.strictEqual((yield* customerRow()).open_for, expected)
        yield* recover
        assert.deepInclude(yield* customerRow(), { circuit: "closed", failed_leads: [] })
      }
      yield* sql`UPDATE customer SET circuit_changed_at = now() - interval '6 minutes'`
      yield* fail
      assert.strictEqual((yield* customerRow()).open_for, 30)
    }).pipe(inWorld),
  )

  it.effect("is one for all workers", () =>
    Effect.gen(function* () {
      const workers = yield* Effect.all([anotherProcess, anotherProcess])
      for (const worker of workers) yield* Effect.provide(send(failed), worker)
      yield* send(failed)
      for (const worker of workers) {
        assert.isTrue((yield* Context.get(worker, LeadWork).nextDue).isCircuitOpen)
      }
    }).pipe(inWorld),
  )

  it.effect("starts closed when the customer has another address", () =>
    Effect.gen(function* () {
      yield* repeat(3, send(failed))
      yield* configure({ failures: 3 })
      assert.strictEqual(yield* circuit, "open")
      yield* configure({ failures: 3, address: "new.example:443" })
      assert.deepInclude(yield* customerRow(), { circuit: "closed", failed_leads: [], probe_lead: null })
      yield* send(succeeded)
    }).pipe(inWorld),
  )

  it.effect("is not steered by an outcome that is on record already", () =>
    Effect.gen(function* () {
      const old = yield* send(succeeded)
      const refusedOnce = yield* send(refused)
      const [first, ...others] = yield* repeat(20, send(failed))
      assert(first !== undefined)
      const before = yield* customerRow()
      assert.strictEqual(before.circuit, "open")
      assert.lengthOf(before.failed_leads, 20)
      assert.isFalse(yield* complete(old, 1, succeeded))
      assert.isFalse(yield* complete(refusedOnce, 1, refused))
      for (const lead of [first, ...others]) assert.isFalse(yield* complete(lead, 1, succeeded))
      assert.deepStrictEqual({ ...(yield* customerRow()), probe_in: 0 }, { ...before, probe_in: 0 })
    }).pipe(inWorldWith({})),
  )

  it.effect("is not opened by a failure that is on record already, however often it is recorded", () =>
    Effect.gen(function* () {
      const leads = yield* repeat(3, send(failed))
      yield* configure({ failures: 3, address: "new.example:443" })
      for (const lead of leads) yield* complete(lead, 1, failed)
      assert.deepInclude(yield* customerRow(), { circuit: "closed", failed_leads: [] })
    }).pipe(inWorld),
  )

  it.effect("hears of an outcome that comes late, once", () =>
    Effect.gen(function* () {
      const leads = yield* repeat(3, send(unknown))
      assert.deepInclude(yield* customerRow(), { circuit: "closed", failed_leads: [] })
      for (const lead of leads) yield* complete(lead, 1, failed)
      assert.strictEqual(yield* circuit, "open")
    }).pipe(inWorld),
  )

  it.effect("is never written while all is well", () =>
    Effect.gen(function* () {
      const busy = Effect.gen(function* () {
        yield* repeat(3, send(succeeded))
        yield* send(refused)
        yield* release(yield* openNew, { unsentAttemptNo: 1 })
        yield* LeadWork.use((work) => work.offer({ max: 5, patience: Duration.zero }))
        yield* LeadWork.use((work) => work.nextDue)
        yield* claim(5)
      })
      const untouched = yield* customerRow()
      yield* busy
      assert.deepStrictEqual(yield* customerRow(), untouched)
      yield* send(failed)
      yield* send(succeeded)
      const before = yield* customerRow()
      yield* busy
      assert.deepStrictEqual(yield* customerRow(), before)
    }).pipe(inWorld),
  )
})
