import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import { customerRow } from "../support/throttle.ts"
import {
  claim,
  claimNew,
  claimOne,
  complete,
  delivery,
  failed,
  holdOpen,
  inWorld,
  inWorldWith,
  lockWaiters,
  open,
  openNew,
  ownerIsLost,
  parked,
  ready,
  receive,
  rejected,
  release,
  rowOf,
  send,
  step,
  timeComes,
} from "../support/world.ts"

const unchanged = { _tag: "Unchanged" } as const

describe("LeadWork.openAttempt among several workers", () => {
  it.effect("changes nothing under a lease that was lost", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const lost = yield* claimNew
      yield* ownerIsLost(lost.leadId)
      yield* claim(1)
      yield* timeComes(lost.leadId)
      const claimed = yield* claimOne
      const before = yield* rowOf(lost.leadId)
      for (const decision of [ready, rejected, parked]) {
        assert.deepStrictEqual(yield* step(lost, decision), unchanged)
      }
      assert.deepStrictEqual(yield* rowOf(lost.leadId), before)
      assert.deepStrictEqual(yield* sql`SELECT lead_id FROM decision`, [])
      assert.strictEqual((yield* open(claimed)).attemptNo, 1)
    }).pipe(inWorld),
  )

  it.effect("changes nothing when another worker takes the lead at the same moment", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const lost = yield* claimNew
      const taken = yield* holdOpen(
        (sql) => sql`UPDATE work SET lease = gen_random_uuid() WHERE lead_id = ${lost.leadId}`,
      )
      const opening = yield* Effect.forkChild(step(lost, ready))
      yield* lockWaiters(1)
      yield* taken
      assert.deepStrictEqual(yield* Fiber.join(opening), unchanged)
      assert.deepInclude(yield* rowOf(lost.leadId), { state: "RECEIVED", attempt_no: 0 })
      assert.deepStrictEqual(yield* sql`SELECT lead_id FROM decision`, [])
    }).pipe(inWorld),
  )

  it.effect("takes no permit for work that another worker takes at the same moment", () =>
    Effect.gen(function* () {
      const lost = yield* claimNew
      const before = yield* customerRow()
      const taken = yield* holdOpen(
        (sql) => sql`UPDATE work SET lease = gen_random_uuid() WHERE lead_id = ${lost.leadId}`,
      )
      const opening = yield* Effect.forkChild(step(lost, ready))
      yield* lockWaiters(1)
      yield* taken
      assert.deepStrictEqual(yield* Fiber.join(opening), unchanged)
      assert.deepStrictEqual(yield* customerRow(), before)
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )

  it.effect("continues under a lease that has ended, if no other worker has claimed the work", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      yield* ownerIsLost(lead.leadId)
      assert.strictEqual((yield* open(lead)).attemptNo, 1)
    }).pipe(inWorld),
  )

  it.effect("decides once: not a second time, and no attempt before a decision", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(2)
      const [decided, undecided] = yield* claim(2)
      assert(decided !== undefined && undecided !== undefined)
      yield* open(decided)
      assert.deepStrictEqual(yield* step(decided, rejected), unchanged)
      assert.deepStrictEqual(yield* step(undecided, undefined), unchanged)
      assert.strictEqual((yield* rowOf(decided.leadId))?.state, "READY")
      assert.strictEqual((yield* rowOf(undecided.leadId))?.state, "RECEIVED")

      yield* release(decided, { unsentAttemptNo: 1 })
      const again = yield* claimOne
      const other = { ...ready, delivery: { ...delivery, body: "{}" } }
      assert.deepStrictEqual(yield* step(again, other), unchanged)
      assert.deepStrictEqual(yield* sql`SELECT payload::text AS body FROM delivery`, [
        { body: delivery.body },
      ])
    }).pipe(inWorld),
  )

  it.effect("opens no attempt while the last one has no outcome", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      assert.deepStrictEqual(yield* step(lead, undefined), unchanged)
      yield* ownerIsLost(lead.leadId)
      const claimed = yield* claimOne
      assert.deepStrictEqual(yield* step(claimed, undefined), unchanged)
      assert.deepInclude(yield* rowOf(lead.leadId), { attempt_no: 1, lease: claimed.lease })
    }).pipe(inWorld),
  )

  it.effect("takes the first of two steps of a lead that come together", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      const results = yield* Effect.all([step(lead, ready), step(lead, ready), step(lead, rejected)], {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        ["Opened", "Unchanged", "Unchanged"],
      )
      assert.deepInclude(yield* rowOf(lead.leadId), { state: "READY", attempt_no: 1 })
    }).pipe(inWorld),
  )

  it.effect("holds a retry back without a word, and lets it go in its turn", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { leadId } = yield* send(failed)
      yield* timeComes(leadId)
      const retry = yield* claimOne
      yield* sql`UPDATE customer SET circuit = 'open', probe_at = now() + interval '4 minutes'`
      const before = yield* rowOf(leadId)
      assert.deepStrictEqual(yield* step(retry, undefined), { _tag: "HeldBack" })
      assert.deepStrictEqual(yield* rowOf(leadId), { ...before, lease: null } as typeof before)
      assert.deepStrictEqual(yield* sql`SELECT type FROM lead_event`, [])
      yield* sql`UPDATE customer SET probe_at = now()`
      const probe = yield* claimOne
      assert.deepInclude(yield* open(probe), { attemptNo: 2, isProbe: true })
      assert.isTrue(yield* complete(probe, 2, failed))
    }).pipe(inWorld),
  )
})
