import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { sending } from "../support/replay.ts"
import {
  claimOne,
  eventsOf,
  failed,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  record,
  rowOf,
  succeeded,
  timeComes,
  unknown,
} from "../support/world.ts"

describe("LeadWork.record among several workers", () => {
  it.effect("keeps the lease of the next owner when an outcome is recorded a second time", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, failed)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      const before = yield* rowOf(lead.id)
      assert.isFalse(yield* record(lead, 1, failed))
      assert.deepStrictEqual(yield* rowOf(lead.id), before)
      assert.strictEqual((yield* open(owner)).attemptNo, 2)
      const events = yield* eventsOf(lead.id)
      assert.strictEqual(events.filter((type) => type === "attempt_failed").length, 1)
    }).pipe(inWorld),
  )

  it.effect("says once that nobody saw an outcome", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      const before = yield* rowOf(lead.id)
      assert.isFalse(yield* record(owner, 1, unknown))
      assert.deepStrictEqual(yield* rowOf(lead.id), before)
    }).pipe(inWorld),
  )

  it.effect("does not let a failure move a lead whose next attempt is opened at the same moment", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      const opened = yield* holdOpen(
        (sql) => sql`
          WITH owned AS (
            UPDATE open_lead SET lease_token = gen_random_uuid() WHERE id = ${lead.id}
          ), opened AS (
            INSERT INTO delivery_attempt (lead_id, attempt_no, idempotency_key)
            VALUES (${lead.id}, 2, ${lead.idempotencyKey}::uuid)
          )
          UPDATE inbound_lead SET attempt_count = 2 WHERE id = ${lead.id}`,
      )
      const recording = yield* Effect.forkChild(record(lead, 1, failed))
      yield* lockWaiters(1)
      yield* opened
      assert.isFalse(yield* Fiber.join(recording))
      assert.deepInclude(yield* rowOf(lead.id), { status: "FAILED", attempt_count: 2 })
      const { deliveryAttempts } = yield* history(lead.id)
      assert.deepStrictEqual(
        deliveryAttempts.map((attempt) => attempt.statusCode),
        [failed.responseStatus, null],
      )
    }).pipe(inWorld),
  )

  it.effect("lets an attempt that was overtaken by an earlier one's success complete its own row only", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      yield* open(owner)
      assert.isTrue(yield* record(lead, 1, succeeded))
      const delivered = yield* rowOf(lead.id)
      assert.isFalse(yield* record(owner, 2, failed))
      assert.deepStrictEqual(yield* rowOf(lead.id), delivered)
      const { deliveryAttempts, status } = yield* history(lead.id)
      assert.strictEqual(status, "DELIVERED")
      assert.deepStrictEqual(
        deliveryAttempts.map((attempt) => attempt.statusCode),
        [200, 500],
      )
    }).pipe(inWorld),
  )

  it.effect("keeps the first of two outcomes of an attempt that come together", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      const moved = yield* Effect.all([record(lead, 1, failed), record(lead, 1, succeeded)], {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(moved, [true, false])
      const { deliveryAttempts, status } = yield* history(lead.id)
      assert.strictEqual(status, "FAILED")
      assert.deepInclude(deliveryAttempts[0], { success: false, statusCode: 500 })
    }).pipe(inWorld),
  )
})
