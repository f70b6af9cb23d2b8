import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { LeadWork } from "../../src/index.ts"
import { probeTimeComes } from "../support/throttle.ts"
import {
  claim,
  claimAlone,
  claimIds,
  claimNew,
  claimOne,
  complete,
  eventsOf,
  failed,
  inWorld,
  inWorldWith,
  newLead,
  open,
  openNew,
  ownerIsLost,
  ready,
  receive,
  receiveLead,
  release,
  rowOf,
  send,
  step,
  timeComes,
  workOf,
} from "../support/world.ts"

const offer = LeadWork.use((work) => work.offer({ max: 10, patience: Duration.minutes(1) }))

const waiting = LeadWork.use((work) => work.waiting({ after: undefined, max: 10 }))

const failuresAre = (id: LeadId, failures: number) =>
  PgClient.PgClient.use((sql) => sql`UPDATE work SET internal_failures = ${failures} WHERE lead_id = ${id}`)

/** A new lead that has lost its worker just now. */
const losing = Effect.gen(function* () {
  const { leadId } = yield* claimNew
  yield* ownerIsLost(leadId)
  return leadId
})

const rest = (id: LeadId) =>
  Effect.map(rowOf(id), (row) => ((row?.scheduled_at?.getTime() ?? Number.NaN) - Date.now()) / 1000)

const assertRests = Effect.fnUntraced(function* (id: LeadId, seconds: number) {
  const { due_at, lease, scheduled_at } = (yield* rowOf(id)) ?? {}
  assert.deepStrictEqual(due_at, scheduled_at)
  assert.isNull(lease)
  assert.isAtMost(yield* rest(id), seconds)
  assert.isAbove(yield* rest(id), seconds * 0.75 - 5)
  assert.deepStrictEqual(yield* claimIds([id]), [])
  assert.deepStrictEqual(yield* claim(10), [])
  assert.deepStrictEqual(yield* offer, [])
  assert.deepStrictEqual(yield* waiting, [])
  assert.deepStrictEqual(yield* claimAlone, [])
  assert.isFalse(yield* isSuspectDue)
})

const isSuspectDue = LeadWork.use((work) => Effect.map(work.nextDue, (outlook) => outlook.isSuspectDue))

describe("an undecided lead that loses its worker", () => {
  for (const [how, take] of Object.entries({
    "by its lead's id": (id: LeadId) => claimIds([id]),
    "when it is due": () => claim(10),
    "by its id, after the sweep": (id: LeadId) =>
      Effect.andThen(
        Effect.map(offer, (offered) => assert.deepStrictEqual(offered, [id])),
        claimIds([id]),
      ),
  })) {
    it.effect(`rests from the first time on when it is taken ${how}, and is claimed alone then`, () =>
      Effect.gen(function* () {
        const id = yield* losing
        assert.deepStrictEqual(yield* take(id), [])
        yield* assertRests(id, 10)
        yield* timeComes(id)
        assert.isTrue(yield* isSuspectDue)
        const [alone, ...others] = yield* claimAlone
        assert.deepStrictEqual(others, [])
        assert.deepInclude(alone, { leadId: id, _tag: "Undecided", internalFailures: 1 })
      }).pipe(inWorld),
    )
  }

  it.effect("is in no other claim, whatever is due beside it, and does not count as due", () =>
    Effect.gen(function* () {
      const suspects = [yield* losing, yield* losing]
      yield* claim(10)
      for (const id of suspects) yield* timeComes(id)
      assert.deepStrictEqual(yield* claimIds(suspects), [])
      assert.deepStrictEqual(yield* claim(10), [])
      assert.deepStrictEqual([yield* offer, yield* waiting], [[], []])
      assert.isUndefined((yield* LeadWork.use((work) => work.nextDue)).untilDue)
      const others = yield* receive(3)
      assert.sameMembers(
        (yield* claim(10)).map(({ leadId }) => leadId),
        [...others],
      )
      const alone = [yield* claimAlone, yield* claimAlone, yield* claimAlone]
      assert.sameMembers(
        alone.flat().map(({ leadId }) => leadId),
        suspects,
      )
      assert.deepStrictEqual(
        alone.map(({ length }) => length),
        [1, 1, 0],
      )
    }).pipe(inWorld),
  )

  it.effect("records in its history why it is snoozed, and until when", () =>
    Effect.gen(function* () {
      const id = yield* losing
      assert.deepStrictEqual(yield* eventsOf(id), [])
      yield* claim(1)
      const [event, ...others] = yield* eventsOf(id)
      assert.deepStrictEqual([event?.type, others], ["snoozed", []])
      assert.strictEqual(event?.details.because, "its worker was lost, the internal failure no. 1 in a row")
      assert.deepStrictEqual(new Date(String(event?.details.until)), (yield* rowOf(id))?.scheduled_at)
    }).pipe(inWorld),
  )

  it.effect("rests longer each time, up to an hour", () =>
    Effect.gen(function* () {
      const id = yield* losing
      let take: Effect.Effect<ReadonlyArray<unknown>, unknown, LeadWork> = claim(1)
      for (const [lost, seconds] of [
        [1, 10],
        [2, 60],
        [3, 240],
        [4, 480],
        [5, 960],
        [6, 1920],
        [7, 3600],
        [2000, 3600],
      ] as const) {
        yield* failuresAre(id, lost - 1)
        assert.deepStrictEqual(yield* take, [])
        yield* assertRests(id, seconds)
        yield* timeComes(id)
        take = claimAlone
        assert.strictEqual((yield* claimAlone)[0]?.internalFailures, lost)
        yield* ownerIsLost(id)
      }
    }).pipe(inWorld),
  )

  it.effect("keeps nobody from the leads beside it", () =>
    Effect.gen(function* () {
      const id = yield* losing
      const others = yield* receive(3)
      assert.sameMembers(
        (yield* claimIds([id, ...others])).map(({ leadId }) => leadId),
        [...others],
      )
    }).pipe(inWorld),
  )

  it.effect("starts from nothing again when it was decided, and sent", () =>
    Effect.gen(function* () {
      const id = yield* losing
      yield* claim(1)
      yield* timeComes(id)
      const [lead] = yield* claimAlone
      assert(lead !== undefined)
      yield* open(lead)
      yield* complete(lead, 1, failed)
      yield* timeComes(id)
      assert.strictEqual((yield* claimOne).internalFailures, 0)
    }).pipe(inWorld),
  )

  it.effect("starts from nothing again when its decision waits at the throttle", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const id = yield* losing
      yield* claim(1)
      yield* timeComes(id)
      const [lead] = yield* claimAlone
      assert(lead !== undefined)
      assert.deepStrictEqual(yield* step(lead, ready), { _tag: "HeldBack" })
      yield* probeTimeComes
      assert.deepInclude(yield* claimOne, { leadId: id, internalFailures: 0 })
    }).pipe(inWorldWith({ failures: 1 })),
  )
})

describe("a delivery that loses its workers", () => {
  it.effect("keeps its attempt open for the next claim, and rests from the third time on", () =>
    Effect.gen(function* () {
      const { leadId } = yield* openNew
      for (const internalFailures of [1, 2]) {
        yield* ownerIsLost(leadId)
        assert.deepInclude(yield* claimOne, { internalFailures, _tag: "LostAttempt" })
      }
      yield* ownerIsLost(leadId)
      assert.deepStrictEqual(yield* claim(1), [])
      yield* assertRests(leadId, 240)
      assert.deepInclude((yield* workOf(leadId))[0], { attempt_no: 1, attempt_is_open: true })
      yield* timeComes(leadId)
      assert.deepInclude(yield* claimOne, { attemptNo: 1, _tag: "LostAttempt", internalFailures: 3 })
    }).pipe(inWorld),
  )
})

describe("a claim of large payloads", () => {
  it.effect("reads some megabytes, and leaves the rest to be released and claimed again", () =>
    Effect.gen(function* () {
      const text = "x".repeat(1_000_000)
      const ids = yield* Effect.forEach(Array.from({ length: 8 }), () => receiveLead(newLead({ text })))
      const claimed = yield* claim(8)
      assert.deepStrictEqual(claimed.map(({ _tag }) => _tag).sort(), [
        ...Array<string>(3).fill("TooMuch"),
        ...Array<string>(5).fill("Undecided"),
      ])
      const left = claimed.filter(({ _tag }) => _tag === "TooMuch")
      for (const work of left) yield* release(work)
      assert.sameMembers(
        (yield* claimIds(ids)).map(({ leadId }) => leadId),
        left.map(({ leadId }) => leadId),
      )
    }).pipe(inWorld),
  )

  it.effect("reads one that is larger than that", () =>
    Effect.gen(function* () {
      yield* receiveLead(newLead({ text: "x".repeat(6_000_000) }))
      assert.deepInclude(yield* claimOne, { _tag: "Undecided", characters: 6_000_011 })
    }).pipe(inWorld),
  )
})
