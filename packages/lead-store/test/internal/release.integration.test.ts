import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import {
  claimOne,
  eventsOf,
  failed,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  receive,
  record,
  release,
  rowOf,
  timeComes,
} from "../support/world.ts"

describe("LeadWork.release", () => {
  it.effect("makes a lead due at once, with its payload when it is still undecided", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* release(lead)
      const again = yield* claimOne
      assert.deepStrictEqual({ ...again, lease: "" }, { ...lead, lease: "" })
      assert.notStrictEqual(again.lease, lead.lease)
    }).pipe(inWorld),
  )

  it.effect("gives the number of an attempt back that was not sent, and tells of it", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      const { body } = yield* open(lead)
      yield* release(lead, { unsentAttemptNo: 1 })
      assert.deepStrictEqual((yield* history(lead.id)).deliveryAttempts, [])
      const again = yield* claimOne
      assert.deepInclude(again, { status: "READY", attemptCount: 0, attemptIsOpen: false })
      assert.deepStrictEqual(yield* open(again), { _tag: "Opened", attemptNo: 1, body })
      assert.deepStrictEqual(yield* eventsOf(lead.id), [
        "received",
        "ready",
        "attempt_opened",
        "attempt_withdrawn",
        "attempt_opened",
      ])
    }).pipe(inWorld),
  )

  it.effect("leaves an open attempt to the next owner when it may have been sent", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* open(lead)
      yield* release(lead)
      assert.deepInclude(yield* claimOne, { attemptCount: 1, attemptIsOpen: true })
    }).pipe(inWorld),
  )

  it.effect("takes back the open attempt only, never one that has its outcome", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      yield* open(first)
      yield* record(first, 1, failed)
      yield* timeComes(first.id)
      const numbers = Effect.map(history(first.id), ({ deliveryAttempts }) =>
        deliveryAttempts.map((attempt) => attempt.attemptNo),
      )
      yield* release(yield* claimOne, { unsentAttemptNo: 1 })
      assert.deepStrictEqual(yield* numbers, [1])
      const retry = yield* claimOne
      yield* open(retry)
      yield* release(retry, { unsentAttemptNo: 1 })
      assert.deepStrictEqual(yield* numbers, [1, 2])
    }).pipe(inWorld),
  )

  it.effect("does nothing under a lease that was lost", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lost = yield* claimOne
      yield* open(lost)
      yield* timeComes(lost.id)
      yield* claimOne
      const before = yield* rowOf(lost.id)
      yield* release(lost, { unsentAttemptNo: 1 })
      assert.deepStrictEqual(yield* rowOf(lost.id), before)
      assert.strictEqual((yield* history(lost.id)).deliveryAttempts.length, 1)
    }).pipe(inWorld),
  )

  it.effect("takes nothing back when another worker takes the lead at the same moment", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lost = yield* claimOne
      yield* open(lost)
      const taken = yield* holdOpen(
        (sql) => sql`UPDATE open_lead SET lease_token = gen_random_uuid() WHERE id = ${lost.id}`,
      )
      const releasing = yield* Effect.forkChild(release(lost, { unsentAttemptNo: 1 }))
      yield* lockWaiters(1)
      yield* taken
      yield* Fiber.join(releasing)
      assert.deepInclude(yield* rowOf(lost.id), { attempt_count: 1 })
      assert.strictEqual((yield* history(lost.id)).deliveryAttempts.length, 1)
    }).pipe(inWorld),
  )
})
