import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { LeadWork } from "../src/index.ts"
import { anotherWorker, gateRow, openOne, probeTimeComes, send } from "./support/gate.ts"
import {
  claim,
  claimOne,
  eventsOf,
  failed,
  inWorldWith,
  open,
  proceed,
  ready,
  receive,
  record,
  refused,
  rejected,
  release,
  rowOf,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const inWorld = inWorldWith({ failures: 3, ramp: Duration.zero })

const circuit = Effect.map(gateRow, (row) => row?.circuit ?? "closed")

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
      assert.isFalse((yield* LeadWork.use((work) => work.outlook)).isHeldBack)
      yield* send(failed)
      assert.strictEqual(yield* circuit, "open")
      assert.isTrue((yield* LeadWork.use((work) => work.outlook)).isHeldBack)
    }).pipe(inWorld),
  )

  it.effect("does not open for one lead that fails 20 times", () =>
    Effect.gen(function* () {
      const lead = yield* openOne
      yield* record(lead, 1, failed)
      for (let attemptNo = 2; attemptNo <= 20; attemptNo++) {
        yield* timeComes(lead.id)
        const again = yield* claimOne
        yield* open(again)
        yield* record(again, attemptNo, failed)
      }
      assert.deepInclude(yield* gateRow, { circuit: "closed", failed_leads: [BigInt(lead.id)] })
    }).pipe(inWorld),
  )

  it.effect("takes a refusal, a 429 and an unknown outcome neither for a failure nor for a success", () =>
    Effect.gen(function* () {
      yield* repeat(2, send(failed))
      for (const outcome of [refused, throttled, unknown]) yield* repeat(3, send(outcome))
      assert.strictEqual((yield* gateRow)?.failed_leads.length, 2)
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
      assert.deepStrictEqual(yield* proceed(one, rejected), { _tag: "Settled" })
      const before = yield* rowOf(two.id)
      assert.deepStrictEqual(yield* proceed(two, ready), { _tag: "HeldBack" })
      assert.deepStrictEqual(yield* proceed(three, ready), { _tag: "HeldBack" })
      assert.deepInclude(yield* rowOf(two.id), {
        status: "READY",
        attempt_count: 0,
        lease_token: null,
        next_attempt_at: before?.next_attempt_at ?? null,
        due_at: before?.next_attempt_at ?? null,
      })
      assert.deepStrictEqual(yield* eventsOf(two.id), ["received", "ready", "held_back"])
      assert.deepStrictEqual(yield* proceed(two, undefined), { _tag: "NotOwned" })
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorld),
  )

  it.effect("lets what it held back go in its old order when it is closed again", () =>
    Effect.gen(function* () {
      yield* repeat(3, send(failed))
      const ids = yield* receive(4)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE open_lead SET next_attempt_at = now() - make_interval(secs => id) WHERE NOT is_decided`
      for (const lead of (yield* claim(10)).toSorted((a, b) => a.id - b.id)) yield* proceed(lead, ready)
      yield* sql`UPDATE customer_gate SET circuit = 'closed'`
      const order = yield* repeat(
        4,
        Effect.map(claim(1), (leads) => leads[0]?.id),
      )
      assert.deepStrictEqual(order, ids.toReversed())
    }).pipe(inWorld),
  )

  it.effect("stays open longer when it was closed for a shorter time than it had been open", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const fail = repeat(3, send(failed))
      const recover = Effect.gen(function* () {
        const [id] = yield* receive(1)
        const [lead] = yield* LeadWork.use(({ claim }) =>
          claim({ ids: id === undefined ? [] : [id], max: 1 }),
        )
        assert(lead !== undefined)
        yield* probeTimeComes
        yield* open(lead)
        yield* record(lead, 1, succeeded)
      })
      for (const expected of [30, 60, 120, 240, 300, 300]) {
        yield* fail
        assert.strictEqual((yield* gateRow)?.open_for, expected)
        yield* recover
        assert.deepInclude(yield* gateRow, { circuit: "closed", failed_leads: [] })
      }
      yield* sql`UPDATE customer_gate SET changed_at = now() - interval '6 minutes'`
      yield* fail
      assert.strictEqual((yield* gateRow)?.open_for, 30)
    }).pipe(inWorld),
  )

  it.effect("is one for all workers", () =>
    Effect.gen(function* () {
      const workers = yield* Effect.all([anotherWorker({ failures: 3 }), anotherWorker({ failures: 3 })])
      for (const worker of [...workers, yield* LeadWork]) {
        yield* send(failed).pipe(Effect.provideService(LeadWork, worker))
      }
      for (const worker of workers) assert.isTrue((yield* worker.outlook).isHeldBack)
    }).pipe(inWorld),
  )

  it.effect("is a customer's own", () =>
    Effect.gen(function* () {
      const other = yield* anotherWorker({ customer: "other.example:443" })
      yield* repeat(3, send(failed))
      assert.isFalse((yield* other.outlook).isHeldBack)
      yield* send(succeeded).pipe(Effect.provideService(LeadWork, other))
      assert.strictEqual(yield* circuit, "open")
    }).pipe(inWorld),
  )

  it.effect("is never written while all is well", () =>
    Effect.gen(function* () {
      const busy = Effect.gen(function* () {
        yield* repeat(3, send(succeeded))
        yield* send(refused)
        yield* release(yield* openOne, { unsentAttemptNo: 1 })
        yield* LeadWork.use((work) => work.offer({ max: 5, patience: Duration.zero }))
        yield* LeadWork.use((work) => work.outlook)
        yield* claim(5)
      })
      yield* busy
      assert.isUndefined(yield* gateRow)
      yield* send(failed)
      yield* send(succeeded)
      const before = yield* gateRow
      yield* busy
      assert.deepStrictEqual(yield* gateRow, before)
    }).pipe(inWorld),
  )
})
