import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import {
  attemptsOf,
  bothCounts,
  claimOne,
  complete,
  failed,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  openNew,
  ownerIsLost,
  release,
  rowOf,
  send,
  succeeded,
  timeComes,
  unknown,
  workOf,
} from "../support/world.ts"

/** A lead whose attempt 1 was closed as unknown, and whose attempt 2 is open in the hands of another worker. */
const overtaken = Effect.gen(function* () {
  const lead = yield* send(unknown)
  yield* timeComes(lead.leadId)
  const claimed = yield* claimOne
  yield* open(claimed)
  return { lead, claimed }
})

describe("LeadWork.completeAttempt among several workers", () => {
  it.effect("keeps the lease of the next worker when an outcome is recorded a second time", () =>
    Effect.gen(function* () {
      const lead = yield* send(failed)
      yield* timeComes(lead.leadId)
      const claimed = yield* claimOne
      const before = yield* rowOf(lead.leadId)
      assert.isFalse(yield* complete(lead, 1, failed))
      assert.isFalse(yield* complete(lead, 1, succeeded))
      assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
      assert.strictEqual((yield* open(claimed)).attemptNo, 2)
      assert.lengthOf(yield* attemptsOf(lead.leadId), 1)
    }).pipe(inWorld),
  )

  it.effect("says once that nobody saw an outcome", () =>
    Effect.gen(function* () {
      const lead = yield* send(unknown)
      yield* timeComes(lead.leadId)
      const claimed = yield* claimOne
      const before = yield* rowOf(lead.leadId)
      assert.isFalse(yield* complete(claimed, 1, unknown))
      assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
    }).pipe(inWorld),
  )

  it.effect("records an unknown outcome for the holder of the lease only", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* ownerIsLost(lead.leadId)
      const claimed = yield* claimOne
      const before = yield* rowOf(lead.leadId)
      assert.isFalse(yield* complete(lead, 1, unknown))
      assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
      assert.isTrue(yield* complete(claimed, 1, unknown))
    }).pipe(inWorld),
  )

  it.effect("does not let a failure move a lead whose next attempt is opened at the same moment", () =>
    Effect.gen(function* () {
      const lead = yield* send(unknown)
      const opened = yield* holdOpen(
        (sql) => sql`
          UPDATE work SET attempt_no = 2, attempt_is_open = true, lease = gen_random_uuid(), leased_until = now() + interval '1 minute'
          WHERE lead_id = ${lead.leadId}`,
      )
      const completing = yield* Effect.forkChild(complete(lead, 1, failed))
      yield* lockWaiters(1)
      yield* opened
      assert.isFalse(yield* Fiber.join(completing))
      assert.deepInclude(yield* rowOf(lead.leadId), {
        state: "RETRYING",
        attempt_no: 2,
        attempt_is_open: true,
      })
      assert.strictEqual((yield* attemptsOf(lead.leadId))[0]?.response_status, failed.responseStatus)
    }).pipe(inWorld),
  )

  it.effect("records the outcome of an attempt whose lead ends at the same moment", () =>
    Effect.gen(function* () {
      const { lead, claimed } = yield* overtaken
      // What the late success of attempt 1 does.
      const ended = yield* holdOpen((sql) =>
        Effect.andThen(
          sql`UPDATE work SET state = 'DELIVERED' WHERE lead_id = ${lead.leadId}`,
          sql`
            INSERT INTO settled_lead (lead_id, tenant_id, received_at, state) VALUES (${lead.leadId}, 1, now(), 'DELIVERED')`,
        ),
      )
      const completing = yield* Effect.forkChild(complete(claimed, 2, failed))
      yield* lockWaiters(1)
      yield* ended
      assert.isFalse(yield* Fiber.join(completing))
      assert.deepStrictEqual(yield* workOf(lead.leadId), [])
      assert.deepInclude((yield* attemptsOf(lead.leadId))[1], {
        response_status: 500,
        outcome_unknown: false,
        retry_at: null,
      })
    }).pipe(inWorld),
  )

  it.effect("records the outcome of an attempt that is opened at the same moment", () =>
    Effect.gen(function* () {
      const { claimed } = yield* overtaken
      yield* PgClient.PgClient.use((sql) => sql`UPDATE work SET attempt_is_open = false`)
      const opened = yield* holdOpen((sql) => sql`UPDATE work SET attempt_is_open = true`)
      const completing = yield* Effect.forkChild(complete(claimed, 2, succeeded))
      yield* lockWaiters(1)
      yield* opened
      assert.isTrue(yield* Fiber.join(completing))
      assert.deepInclude(yield* rowOf(claimed.leadId), { state: "DELIVERED" })
    }).pipe(inWorld),
  )

  for (const [how, outcome] of Object.entries({ succeeded, failed, unknown })) {
    it.effect(
      `completes an attempt that an earlier one's success has overtaken, and nothing else: ${how}`,
      () =>
        Effect.gen(function* () {
          const { lead, claimed } = yield* overtaken
          assert.isTrue(yield* complete(lead, 1, succeeded))
          assert.deepInclude(yield* rowOf(lead.leadId), { state: "DELIVERED", attempt_is_open: true })
          assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 1, DELIVERED: 1 })
          yield* ownerIsLost(lead.leadId)
          const next = outcome === unknown ? yield* claimOne : claimed
          assert.isFalse(yield* complete(next, 2, outcome))
          assert.deepStrictEqual(yield* workOf(lead.leadId), [])
          assert.strictEqual((yield* rowOf(lead.leadId))?.state, "DELIVERED")
          assert.deepStrictEqual(
            (yield* attemptsOf(lead.leadId)).map(({ response_status }) => response_status),
            [200, outcome.responseStatus],
          )
          const { counted, kept } = yield* bothCounts
          assert.deepStrictEqual(kept, { TOTAL: 1, DELIVERED: 1 })
          assert.deepStrictEqual(kept, counted)
        }).pipe(inWorld),
    )
  }

  it.effect("leaves nothing behind when an attempt is given back unsent after its lead has ended", () =>
    Effect.gen(function* () {
      const { lead, claimed } = yield* overtaken
      assert.isTrue(yield* complete(lead, 1, succeeded))
      assert.isTrue(yield* release(claimed, { unsentAttemptNo: 2 }))
      assert.deepStrictEqual(yield* workOf(lead.leadId), [])
      assert.lengthOf(yield* attemptsOf(lead.leadId), 1)
      assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 1, DELIVERED: 1 })
    }).pipe(inWorld),
  )

  it.effect("keeps one of two outcomes of an attempt that come together, a success before others", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      const changed = yield* Effect.all([complete(lead, 1, failed), complete(lead, 1, succeeded)], {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(changed, [false, true])
      assert.strictEqual((yield* rowOf(lead.leadId))?.state, "DELIVERED")
      assert.deepStrictEqual(
        (yield* attemptsOf(lead.leadId)).map(({ response_status }) => response_status),
        [200],
      )
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(kept, counted)
    }).pipe(inWorld),
  )
})
