import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import type { Outcome } from "./support/outcomes.ts"
import {
  claimOne,
  complete,
  failed,
  inWorld,
  inWorldWith,
  open,
  openNew,
  ownerIsLost,
  release,
  replay,
  send,
  timeComes,
  unknown,
  unknownAndLast,
} from "./support/world.ts"

/** Claims a lead's next work as soon as it is due. */
const claimAgain = (id: LeadId) => Effect.andThen(timeComes(id), claimOne)

const timedOut = { ...failed, responseStatus: null, responseBody: null, unseen: true } satisfies Outcome

/** Moves the first attempt of all work into the past. */
const ages = (seconds: number) =>
  PgClient.PgClient.use(
    (sql) => sql`
      UPDATE work SET first_attempt_at = first_attempt_at - make_interval(secs => ${seconds}::float8),
        attempt_opened_at = attempt_opened_at - make_interval(secs => ${seconds}::float8)`,
  )

describe("work whose earlier attempt nobody saw the end of", () => {
  it.effect("says so when it is claimed again, and keeps it over further attempts", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(timedOut)
      const second = yield* claimAgain(leadId)
      assert.isTrue(second.unseenAttempt)
      yield* open(second)
      yield* complete(second, 2, failed)
      assert.isTrue((yield* claimAgain(leadId)).unseenAttempt)
    }).pipe(inWorld),
  )

  it.effect("says nothing of attempts that were seen", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(failed)
      assert.isFalse((yield* claimAgain(leadId)).unseenAttempt)
    }).pipe(inWorld),
  )

  it.effect("remembers an attempt whose worker was lost", () =>
    Effect.gen(function* () {
      const { leadId } = yield* openNew
      yield* ownerIsLost(leadId)
      const lost = yield* claimOne
      assert.deepInclude(lost, { _tag: "LostAttempt", unseenAttempt: false })
      yield* complete(lost, 1, unknown)
      assert.isTrue((yield* claimAgain(leadId)).unseenAttempt)
    }).pipe(inWorld),
  )

  it.effect("begins anew with the next delivery, which has another idempotency key", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send({ ...unknownAndLast, outcomeUnknown: false })
      yield* replay("again", { ids: [leadId] })
      assert.deepInclude(yield* claimOne, { leadId, deliveryNo: 1, unseenAttempt: false, ageMs: undefined })
    }).pipe(inWorld),
  )
})

describe("the age of a delivery", () => {
  it.effect("counts from its first attempt, by the database's clock", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(failed)
      yield* ages(90)
      const second = yield* claimAgain(leadId)
      assert.closeTo(second.ageMs ?? 0, 90_000, 5000)
      yield* open(second)
      yield* complete(second, 2, failed)
      assert.closeTo((yield* claimAgain(leadId)).ageMs ?? 0, 90_000, 5000)
    }).pipe(inWorld),
  )

  it.effect("does not begin with an attempt that was withdrawn", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* release(lead, { unsentAttemptNo: 1 })
      const again = yield* claimOne
      assert.deepInclude(again, { attemptNo: 0, ageMs: undefined })
      yield* open(again)
      yield* complete(again, 1, failed)
      yield* ages(60)
      const second = yield* claimAgain(lead.leadId)
      yield* open(second)
      yield* release(second, { unsentAttemptNo: 2 })
      assert.closeTo((yield* claimAgain(lead.leadId)).ageMs ?? 0, 60_000, 5000)
    }).pipe(inWorld),
  )

  it.effect("does not begin with a probe that does not count", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const first = yield* openNew
      yield* complete(first, 1, { ...failed, next: { state: "RETRYING", retryAfterMs: 3_600_000 } })
      yield* sql`UPDATE customer SET probe_at = now()`
      const probed = yield* openNew
      yield* complete({ ...probed, isProbe: true }, 1, failed)
      yield* sql`UPDATE customer SET probe_at = now()`
      assert.deepInclude(yield* claimAgain(probed.leadId), {
        attemptNo: 1,
        uncountedAttempts: 1,
        ageMs: undefined,
      })
    }).pipe(inWorldWith({ failures: 1 })),
  )
})
