import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { LeadWork } from "../../src/index.ts"
import { probeTimeComes } from "../support/throttle.ts"
import {
  claim,
  claimIds,
  claimOne,
  complete,
  eventsOf,
  failed,
  inWorld,
  inWorldWith,
  open,
  openNew,
  ownerIsLost,
  ready,
  receive,
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

/** A new lead that has lost three workers, the last of them just now. */
const losingThird = Effect.gen(function* () {
  const [id] = yield* receive(1)
  assert(id !== undefined)
  for (const internalFailures of [0, 1, 2]) {
    assert.deepInclude(yield* claimOne, { leadId: id, internalFailures })
    yield* ownerIsLost(id)
  }
  return id
})

const assertRests = Effect.fnUntraced(function* (id: LeadId, seconds: number) {
  const { due_at, lease, scheduled_at } = (yield* rowOf(id)) ?? {}
  assert.deepStrictEqual(due_at, scheduled_at)
  assert.isNull(lease)
  const rest = ((scheduled_at?.getTime() ?? Number.NaN) - Date.now()) / 1000
  assert.isAtMost(rest, seconds)
  assert.isAbove(rest, seconds - 60)
  assert.deepStrictEqual(yield* claimIds([id]), [])
  assert.deepStrictEqual(yield* claim(10), [])
  assert.deepStrictEqual(yield* offer, [])
  assert.deepStrictEqual(yield* waiting, [])
})

describe("work that loses its owners", () => {
  for (const [how, take] of Object.entries({
    "by its lead's id": (id: LeadId) => claimIds([id]),
    "when it is due": () => claim(10),
    "by its id, after the sweep": (id: LeadId) =>
      Effect.andThen(
        Effect.map(offer, (offered) => assert.deepStrictEqual(offered, [id])),
        claimIds([id]),
      ),
  })) {
    it.effect(`rests about 4 minutes when it has lost three in a row and is taken ${how}`, () =>
      Effect.gen(function* () {
        const id = yield* losingThird
        assert.deepStrictEqual(yield* take(id), [])
        yield* assertRests(id, 240)
        yield* timeComes(id)
        assert.deepInclude(yield* claimOne, { leadId: id, _tag: "Undecided", internalFailures: 3 })
      }).pipe(inWorld),
    )
  }

  it.effect("records in its lead's history why it is snoozed, and until when", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      assert.deepStrictEqual(yield* eventsOf(id), [])
      yield* claim(1)
      const [event, ...others] = yield* eventsOf(id)
      assert.deepStrictEqual([event?.type, others], ["snoozed", []])
      assert.strictEqual(event?.details.because, "its worker was lost, the internal failure no. 3 in a row")
      assert.deepStrictEqual(new Date(String(event?.details.until)), (yield* rowOf(id))?.scheduled_at)
    }).pipe(inWorld),
  )

  it.effect("is snoozed longer each time, up to an hour", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      for (const [lost, seconds] of [
        [3, 240],
        [4, 480],
        [5, 960],
        [6, 1920],
        [7, 3600],
        [2000, 3600],
      ] as const) {
        yield* failuresAre(id, lost - 1)
        assert.deepStrictEqual(yield* claim(1), [])
        yield* assertRests(id, seconds)
        yield* timeComes(id)
        assert.strictEqual((yield* claimOne).internalFailures, lost)
        yield* ownerIsLost(id)
      }
    }).pipe(inWorld),
  )

  it.effect("keeps nobody from the leads beside it", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      const others = yield* receive(3)
      assert.sameMembers(
        (yield* claimIds([id, ...others])).map(({ leadId }) => leadId),
        [...others],
      )
    }).pipe(inWorld),
  )

  it.effect("keeps an attempt open while it is snoozed, for the next claim to find", () =>
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

  it.effect("starts from nothing again when a step was done: an outcome on record", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      yield* claim(1)
      yield* timeComes(id)
      const lead = yield* claimOne
      yield* open(lead)
      yield* complete(lead, 1, failed)
      yield* timeComes(id)
      assert.strictEqual((yield* claimOne).internalFailures, 0)
    }).pipe(inWorld),
  )

  it.effect("starts from nothing again when a step was done: a decision that waits at the throttle", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const id = yield* losingThird
      yield* claim(1)
      yield* timeComes(id)
      assert.deepStrictEqual(yield* step(yield* claimOne, ready), { _tag: "HeldBack" })
      yield* probeTimeComes
      assert.deepInclude(yield* claimOne, { leadId: id, internalFailures: 0 })
    }).pipe(inWorldWith({ failures: 1 })),
  )
})
