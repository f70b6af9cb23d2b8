import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { LeadWork } from "../../src/index.ts"
import {
  attemptsOf,
  claim,
  claimAlone,
  claimIds,
  claimNew,
  claimOne,
  complete,
  eventsOf,
  failed,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  openNew,
  ownerIsLost,
  receive,
  release,
  rowOf,
  send,
  timeComes,
  workOf,
} from "../support/world.ts"

const typesOf = (id: Parameters<typeof eventsOf>[0]) =>
  Effect.map(eventsOf(id), (events) => events.map(({ type }) => type))

describe("LeadWork.release", () => {
  it.effect("makes work due at once, with its payload when it is still undecided", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      assert.isTrue(yield* release(lead))
      const again = yield* claimOne
      const same = { lease: "", receivedAgeMs: 0 }
      assert.deepStrictEqual({ ...again, ...same }, { ...lead, ...same })
      assert.isAbove(again.receivedAgeMs, lead.receivedAgeMs)
      assert.notStrictEqual(again.lease, lead.lease)
      assert.deepStrictEqual(yield* eventsOf(lead.leadId), [])
    }).pipe(inWorld),
  )

  it.effect("frees the number of an attempt that was not sent, and records when it was opened", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      const openedAt = (yield* history(lead.leadId)).deliveryAttempts[0]?.attemptedAt
      assert.isTrue(yield* release(lead, { unsentAttemptNo: 1 }))
      assert.deepInclude(yield* rowOf(lead.leadId), { attempt_no: 0, attempt_is_open: false, lane: 1 })
      const again = yield* claimOne
      assert.deepInclude(again, { _tag: "Due", attemptNo: 0 })
      assert.strictEqual((yield* open(again)).attemptNo, 1)
      assert.deepStrictEqual(yield* eventsOf(lead.leadId), [
        { type: "attempt_opened", details: { attempt_no: 1 } },
        { type: "attempt_withdrawn", details: { attempt_no: 1 } },
      ])
      const { events } = yield* history(lead.leadId)
      assert.deepStrictEqual(events.find(({ type }) => type === "attempt_opened")?.at, openedAt)
    }).pipe(inWorld),
  )

  it.effect("leaves an open attempt to the next worker if it may have been sent", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      assert.isTrue(yield* release(lead))
      assert.deepInclude(yield* rowOf(lead.leadId), { attempt_no: 1, attempt_is_open: true, lane: 0 })
      assert.deepInclude(yield* claimOne, { _tag: "LostAttempt", attemptNo: 1, internalFailures: 0 })
    }).pipe(inWorld),
  )

  it.effect("takes back the open attempt only, never one that has its outcome", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(failed)
      yield* timeComes(leadId)
      yield* release(yield* claimOne, { unsentAttemptNo: 1 })
      assert.deepInclude(yield* rowOf(leadId), { attempt_no: 1, attempt_is_open: false, lane: 1 })
      const retry = yield* claimOne
      yield* open(retry)
      yield* release(retry, { unsentAttemptNo: 1 })
      assert.deepInclude(yield* rowOf(leadId), { attempt_no: 2, attempt_is_open: true, lane: 0 })
      assert.lengthOf(yield* attemptsOf(leadId), 1)
    }).pipe(inWorld),
  )

  it.effect("does nothing under a lease that was lost", () =>
    Effect.gen(function* () {
      const lost = yield* openNew
      yield* ownerIsLost(lost.leadId)
      yield* claimOne
      const before = yield* rowOf(lost.leadId)
      assert.isFalse(yield* release(lost, { unsentAttemptNo: 1, internalFailure: "a reason of ours" }))
      assert.deepStrictEqual(yield* rowOf(lost.leadId), before)
      assert.deepStrictEqual(yield* eventsOf(lost.leadId), [])
    }).pipe(inWorld),
  )

  it.effect("does nothing to work that is done", () =>
    Effect.gen(function* () {
      const lead = yield* send(failed)
      const before = yield* rowOf(lead.leadId)
      assert.isFalse(yield* release(lead, { unsentAttemptNo: 1 }))
      assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
    }).pipe(inWorld),
  )

  it.effect("takes nothing back when another worker takes the lead at the same moment", () =>
    Effect.gen(function* () {
      const lost = yield* openNew
      const taken = yield* holdOpen(
        (sql) => sql`UPDATE work SET lease = gen_random_uuid() WHERE lead_id = ${lost.leadId}`,
      )
      const releasing = yield* Effect.forkChild(release(lost, { unsentAttemptNo: 1 }))
      yield* lockWaiters(1)
      yield* taken
      assert.isFalse(yield* Fiber.join(releasing))
      assert.deepInclude((yield* workOf(lost.leadId))[0], { attempt_no: 1, attempt_is_open: true })
    }).pipe(inWorld),
  )

  it.effect("postpones work by the given delay, and records why", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      yield* release(lead, { delay: Duration.minutes(5), internalFailure: "our rules cannot be read" })
      assert.deepStrictEqual(yield* claimIds([lead.leadId]), [])
      const [event] = yield* eventsOf(lead.leadId)
      assert.strictEqual(event?.type, "snoozed")
      assert.strictEqual(event?.details.because, "our rules cannot be read")
      const { due_at, scheduled_at } = (yield* rowOf(lead.leadId)) ?? {}
      assert.deepStrictEqual([new Date(String(event?.details.until)), due_at], [scheduled_at, scheduled_at])
      yield* timeComes(lead.leadId)
      assert.deepInclude(yield* claimOne, { internalFailures: 1, _tag: "Undecided" })
    }).pipe(inWorld),
  )

  it.effect(
    "records first that an attempt was opened and withdrawn, then that its delivery was snoozed",
    () =>
      Effect.gen(function* () {
        const lead = yield* openNew
        yield* release(lead, { unsentAttemptNo: 1, internalFailure: "a reason of ours" })
        assert.deepStrictEqual(yield* typesOf(lead.leadId), [
          "attempt_opened",
          "attempt_withdrawn",
          "snoozed",
        ])
      }).pipe(inWorld),
  )

  it.effect("gives each of 100 that come together its own answer", () =>
    Effect.gen(function* () {
      const ids = yield* receive(100)
      const leads = yield* claim(100)
      const lost = leads.filter(({ leadId }) => leadId % 4 === 0)
      yield* Effect.forEach(lost, ({ leadId }) => ownerIsLost(leadId))
      assert.lengthOf(yield* claim(100), 0)
      const released = yield* Effect.forEach(leads, (lead) => release(lead), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        released,
        leads.map((lead) => !lost.includes(lead)),
      )
      assert.lengthOf(yield* claim(100), ids.length - lost.length)
    }).pipe(inWorld),
  )

  it.effect("counts internal failures in a row, until the work's next step", () =>
    Effect.gen(function* () {
      yield* receive(1)
      for (const internalFailures of [0, 1, 2]) {
        const lead = yield* claimOne
        assert.strictEqual(lead.internalFailures, internalFailures)
        yield* release(lead, { internalFailure: "a reason of ours" })
      }
      const { leadId } = yield* claimOne
      yield* ownerIsLost(leadId)
      // Work that failed before is snoozed if its worker is lost.
      assert.deepStrictEqual(yield* claimAlone, [])
      yield* timeComes(leadId)
      const lead = yield* claimOne
      assert.strictEqual(lead.internalFailures, 4)
      yield* release(lead)
      const last = yield* claimOne
      assert.strictEqual(last.internalFailures, 4)
      yield* open(last)
      yield* complete(last, 1, failed)
      yield* timeComes(leadId)
      assert.strictEqual((yield* claimOne).internalFailures, 0)
    }).pipe(inWorld),
  )
})

describe("LeadWork.expireLeases", () => {
  it.effect("ends every lease at once, so that others find what was left open; retries keep their time", () =>
    Effect.gen(function* () {
      yield* receive(3)
      const [scheduled, sent, idle] = yield* claim(3)
      assert(scheduled !== undefined && sent !== undefined && idle !== undefined)
      yield* open(scheduled)
      yield* complete(scheduled, 1, failed)
      yield* open(sent)
      yield* LeadWork.use((work) => work.expireLeases)
      const again = (yield* claim(10)).toSorted((a, b) => a.leadId - b.leadId)
      assert.deepStrictEqual(
        again.map(({ _tag, internalFailures, leadId }) => ({ _tag, internalFailures, leadId })),
        [{ _tag: "LostAttempt" as const, leadId: sent.leadId, internalFailures: 1 }],
      )
      yield* timeComes(idle.leadId)
      assert.deepInclude(yield* claimOne, { _tag: "Undecided", leadId: idle.leadId, internalFailures: 1 })
    }).pipe(inWorld),
  )
})
