import { assert, describe, it } from "@effect/vitest"
import { isJsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect, Fiber } from "effect"
import { LeadWork } from "../../src/index.ts"
import {
  claim,
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
      assert.deepStrictEqual(yield* open(again), { _tag: "Opened", isProbe: false, attemptNo: 1, body })
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

  it.effect("sets a lead aside for as long as it is told, and tells why", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* release(lead, { delay: Duration.minutes(5), trouble: "our rules cannot be read" })
      const row = yield* rowOf(lead.id)
      assert.deepStrictEqual(yield* LeadWork.use((work) => work.claim({ ids: [lead.id], max: 1 })), [])
      const { events } = yield* history(lead.id)
      const { details, type } = events.at(-1) ?? {}
      assert(type === "set_aside" && isJsonObject(details) && typeof details.next_attempt_at === "string")
      assert.strictEqual(details.because, "our rules cannot be read")
      assert.deepStrictEqual(new Date(details.next_attempt_at), row?.next_attempt_at)
      yield* timeComes(lead.id)
      assert.deepInclude(yield* claimOne, { troubles: 1, status: "RECEIVED" })
    }).pipe(inWorld),
  )

  it.effect("counts troubles in a row, until the lead's next step", () =>
    Effect.gen(function* () {
      yield* receive(1)
      for (const troubles of [0, 1, 2]) {
        const lead = yield* claimOne
        assert.strictEqual(lead.troubles, troubles)
        yield* release(lead, { trouble: "a reason of ours" })
      }
      const abandoned = yield* claimOne
      yield* timeComes(abandoned.id)
      // Whoever is lost with a lead that was trouble before lets it rest.
      assert.deepStrictEqual(yield* claim(1), [])
      yield* timeComes(abandoned.id)
      const lead = yield* claimOne
      assert.strictEqual(lead.troubles, 4)
      yield* release(lead)
      const last = yield* claimOne
      assert.strictEqual(last.troubles, 4)
      yield* open(last)
      yield* record(last, 1, failed)
      yield* timeComes(last.id)
      assert.strictEqual((yield* claimOne).troubles, 0)
    }).pipe(inWorld),
  )
})

describe("LeadWork.releaseAll", () => {
  it.effect("ends every lease at once, so that others find what was left open; retries keep their time", () =>
    Effect.gen(function* () {
      yield* receive(3)
      const [scheduled, sent, idle] = yield* claim(3)
      assert(scheduled !== undefined && sent !== undefined && idle !== undefined)
      yield* open(scheduled)
      yield* record(scheduled, 1, failed)
      yield* open(sent)
      yield* LeadWork.use((work) => work.releaseAll)
      const again = (yield* claim(10)).toSorted((a, b) => a.id - b.id)
      assert.deepStrictEqual(
        again.map(({ attemptIsOpen, id, troubles }) => ({ attemptIsOpen, id, troubles })),
        [
          { attemptIsOpen: true, id: sent.id, troubles: 1 },
          { attemptIsOpen: false, id: idle.id, troubles: 1 },
        ],
      )
    }).pipe(inWorld),
  )
})
