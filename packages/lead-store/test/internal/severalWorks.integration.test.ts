import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import {
  attemptsOf,
  bothCounts,
  claim,
  claimIds,
  claimOne,
  complete,
  delivery,
  failed,
  inWorld,
  open,
  ownerIsLost,
  parked,
  ready,
  rejected,
  replay,
  rowOf,
  send,
  step,
  succeeded,
  refused,
  timeComes,
  unknown,
  unknownAndLast,
  workOf,
} from "../support/world.ts"

/** A lead whose attempt 1 was given up as unknown, and that was sent again. */
const replayed = Effect.gen(function* () {
  const lead = yield* send(unknownAndLast)
  assert.strictEqual(yield* replay("again", { ids: [lead.leadId] }), 1)
  return lead
})

describe("a lead that was replayed", () => {
  it.effect("is decided again, as its next delivery, and attempt numbers continue", () =>
    Effect.gen(function* () {
      const { leadId } = yield* replayed
      const again = yield* claimOne
      assert.deepInclude(again, { _tag: "Undecided", deliveryNo: 1, attemptNo: 1, uncountedAttempts: 1 })
      const body = '{"second":true}'
      const decision = { ...ready, delivery: { ...delivery, body } }
      assert.deepInclude(yield* step(again, decision), { _tag: "Opened", attemptNo: 2 })
      yield* complete(again, 2, failed)
      yield* timeComes(leadId)
      const retry = yield* claimOne
      assert.deepInclude(retry, { _tag: "Due", deliveryNo: 1, attemptNo: 2, uncountedAttempts: 1, body })
      yield* open(retry)
      assert.isTrue(yield* complete(retry, 3, succeeded))
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(kept, { TOTAL: 1, DELIVERED: 1 })
      assert.deepStrictEqual(counted, kept)
    }).pipe(inWorld),
  )

  it.effect("ends by the late success of an attempt before the replay, decided or not", () =>
    Effect.gen(function* () {
      for (const decide of [false, true]) {
        const lead = yield* send(unknownAndLast)
        yield* replay(`again-${decide}`, { ids: [lead.leadId] })
        const [again] = yield* claimIds([lead.leadId])
        assert(again !== undefined)
        if (decide) yield* open(again)
        assert.isTrue(yield* complete(lead, 1, succeeded))
        assert.strictEqual((yield* rowOf(lead.leadId))?.state, "DELIVERED")
        if (decide) assert.isFalse(yield* complete(again, 2, succeeded))
        else assert.deepStrictEqual(yield* step(again, rejected), { _tag: "Unchanged" })
        assert.deepStrictEqual(yield* workOf(lead.leadId), [])
      }
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(kept, { TOTAL: 2, DELIVERED: 2 })
      assert.deepStrictEqual(counted, kept)
    }).pipe(inWorld),
  )

  it.effect("ends so also when it was parked by then, and stays as it is when it was rejected", () =>
    Effect.gen(function* () {
      for (const [decision, state] of [
        [parked, "DELIVERED"],
        [rejected, "REJECTED"],
      ] as const) {
        const lead = yield* send(unknownAndLast)
        yield* replay(`again-${state}`, { ids: [lead.leadId] })
        yield* step(yield* claimOne, decision)
        assert.strictEqual(yield* complete(lead, 1, succeeded), state === "DELIVERED")
        assert.strictEqual((yield* rowOf(lead.leadId))?.state, state)
        assert.deepInclude((yield* attemptsOf(lead.leadId))[0], { success: true, outcome_unknown: false })
      }
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(counted, kept)
    }).pipe(inWorld),
  )

  for (const [how, outcome] of Object.entries({ failed, refused })) {
    it.effect(`is not changed by the late failure of an attempt before the replay: it ${how}`, () =>
      Effect.gen(function* () {
        const lead = yield* replayed
        const before = yield* rowOf(lead.leadId)
        assert.isFalse(yield* complete(lead, 1, outcome))
        assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
        yield* step(yield* claimOne, ready)
        assert.isFalse(yield* complete(lead, 1, outcome))
        assert.deepInclude(yield* rowOf(lead.leadId), {
          state: "READY",
          attempt_no: 2,
          attempt_is_open: true,
        })
      }).pipe(inWorld),
    )
  }
})

describe("a lead with an attempt of an old delivery open beside its new work", () => {
  /** As if a lead could be sent again while an attempt of it is out. */
  const both = Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const lead = yield* send(unknown)
    yield* timeComes(lead.leadId)
    yield* open(yield* claimOne)
    yield* complete(lead, 1, succeeded)
    yield* ownerIsLost(lead.leadId)
    yield* sql`DELETE FROM settled_lead`
    yield* sql`INSERT INTO work (lead_id, delivery_no, tenant_id, attempt_no) VALUES (${lead.leadId}, 1, 1, 2)`
    yield* sql`UPDATE lead_count SET account = 'RECEIVED' WHERE account = 'DELIVERED'`
    return lead
  })

  it.effect("has each claimed as what it is", () =>
    Effect.gen(function* () {
      yield* both
      const claimed = (yield* claim(9)).toSorted((a, b) => a.deliveryNo - b.deliveryNo)
      assert.deepStrictEqual(
        claimed.map(({ _tag, deliveryNo }) => [_tag, deliveryNo]),
        [
          ["LostAttempt", 0],
          ["Undecided", 1],
        ],
      )
      const [lost, fresh] = claimed
      assert(lost !== undefined && fresh !== undefined)
      assert.deepInclude(yield* step(fresh, ready), { _tag: "Opened", attemptNo: 3 })
      assert.isFalse(yield* complete(lost, 2, unknown))
      assert.isTrue(yield* complete(fresh, 3, failed))
      yield* timeComes(fresh.leadId)
      assert.deepInclude(yield* claimOne, { _tag: "Due", deliveryNo: 1, body: delivery.body })
    }).pipe(inWorld),
  )
})
