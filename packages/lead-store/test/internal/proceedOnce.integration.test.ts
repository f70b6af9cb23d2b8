import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import {
  claim,
  claimOne,
  eventsOf,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  parked,
  proceed,
  ready,
  receive,
  rejected,
  release,
  rowOf,
  timeComes,
} from "../support/world.ts"

const notOwned = { _tag: "NotOwned" } as const

describe("LeadWork.proceed among several workers", () => {
  it.effect("changes nothing under a lease that was lost", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lost = yield* claimOne
      yield* timeComes(lost.id)
      const owner = yield* claimOne
      const before = yield* rowOf(lost.id)
      for (const decision of [ready, rejected, parked]) {
        assert.deepStrictEqual(yield* proceed(lost, decision), notOwned)
      }
      assert.deepStrictEqual(yield* rowOf(lost.id), before)
      assert.deepStrictEqual(yield* eventsOf(lost.id), ["received"])
      assert.strictEqual((yield* open(owner)).attemptNo, 1)
    }).pipe(inWorld),
  )

  it.effect("changes nothing when another worker takes the lead at the same moment", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lost = yield* claimOne
      const taken = yield* holdOpen(
        (sql) => sql`UPDATE open_lead SET lease_token = gen_random_uuid() WHERE id = ${lost.id}`,
      )
      const proceeding = yield* Effect.forkChild(proceed(lost, ready))
      yield* lockWaiters(1)
      yield* taken
      assert.deepStrictEqual(yield* Fiber.join(proceeding), notOwned)
      assert.deepInclude(yield* rowOf(lost.id), { status: "RECEIVED", attempt_count: 0 })
    }).pipe(inWorld),
  )

  it.effect("goes on under a lease that has ended and that nobody else took", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* timeComes(lead.id)
      assert.strictEqual((yield* open(lead)).attemptNo, 1)
    }).pipe(inWorld),
  )

  it.effect("decides once: not a second time, and no retry before a decision", () =>
    Effect.gen(function* () {
      yield* receive(2)
      const [decided, undecided] = yield* claim(2)
      assert(decided !== undefined && undecided !== undefined)
      yield* open(decided)
      assert.deepStrictEqual(yield* proceed(decided, rejected), notOwned)
      assert.deepStrictEqual(yield* proceed(undecided, undefined), notOwned)
      assert.strictEqual((yield* rowOf(decided.id))?.status, "READY")
      assert.strictEqual((yield* rowOf(undecided.id))?.status, "RECEIVED")

      yield* release(decided, { unsentAttemptNo: 1 })
      const again = yield* claimOne
      assert.deepStrictEqual(yield* proceed(again, { ...ready, customerPayload: {} }), notOwned)
      assert.deepStrictEqual((yield* history(again.id)).customerPayload, ready.customerPayload)
    }).pipe(inWorld),
  )

  it.effect("opens no attempt while the last one has no outcome", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* open(lead)
      assert.deepStrictEqual(yield* proceed(lead, undefined), notOwned)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      assert.deepStrictEqual(yield* proceed(owner, undefined), notOwned)
      assert.deepInclude(yield* rowOf(lead.id), { attempt_count: 1, lease_token: owner.lease })
    }).pipe(inWorld),
  )

  it.effect("takes the second of two steps of a lead after the first, also when they come together", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      const attempts = yield* Effect.all([proceed(lead, ready), proceed(lead, ready)], {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(
        attempts.map((attempt) => attempt._tag),
        ["Opened", "NotOwned"],
      )
      assert.strictEqual((yield* rowOf(lead.id))?.attempt_count, 1)
    }).pipe(inWorld),
  )
})
