/** Everything that happens to leads on the hot paths, once. */
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { LeadWork } from "../../src/index.ts"
import {
  attemptsOf,
  claim,
  claimIds,
  claimOne,
  complete,
  configure,
  failed,
  handIn,
  newLead,
  open,
  openNew,
  ownerIsLost,
  parked,
  ready,
  receive,
  refused,
  rejected,
  release,
  rowOf,
  send,
  step,
  succeeded,
  timeComes,
  unknown,
} from "./world.ts"

/**
 * Leads that are delivered, rejected, parked, refused, retried, delivered late, given back, lost by their worker and
 * held back. Returns where each of them stands in the end.
 */
export const wholeLife = Effect.gen(function* () {
  const stands = ({ leadId }: { readonly leadId: LeadId }) =>
    Effect.map(rowOf(leadId), (row) => [row?.state, row?.reason, row?.attempt_no] as const)
  const work = yield* LeadWork

  const delivered = yield* send(succeeded)
  yield* receive(2)
  const [toReject, toPark] = yield* claim(2)
  if (toReject === undefined || toPark === undefined) return yield* Effect.die(new Error("nothing to claim"))
  yield* step(toReject, rejected)
  yield* step(toPark, parked)
  const declined = yield* send(refused)

  const retried = yield* send(failed)
  yield* timeComes(retried.leadId)
  const retry = yield* claimOne
  yield* open(retry)
  yield* complete(retry, 2, succeeded)

  const late = yield* send(unknown)
  yield* timeComes(late.leadId)
  const next = yield* claimOne
  yield* open(next)
  yield* complete(late, 1, succeeded)
  yield* complete(next, 2, unknown)

  const lateFailure = yield* send(unknown)
  yield* complete(lateFailure, 1, failed)
  yield* timeComes(lateFailure.leadId)
  const [again] = yield* claimIds([lateFailure.leadId])
  if (again === undefined) return yield* Effect.die(new Error("the retry cannot be claimed"))
  yield* open(again)
  yield* complete(again, 2, refused)

  const given = yield* openNew
  yield* release(given, { unsentAttemptNo: 1, internalFailure: "a try" })
  const [taken] = yield* claim(1)
  yield* release(taken ?? given, { delay: Duration.hours(1) })

  const lost = yield* openNew
  yield* ownerIsLost(lost.leadId)
  yield* complete(yield* claimOne, 1, failed)

  yield* configure({ ratePerSecond: 0.001 })
  yield* receive(3)
  yield* Effect.forEach(yield* claim(3), (lead) => Effect.asVoid(step(lead, ready)), {
    concurrency: "unbounded",
  })
  const held = yield* claim(3)
  const keyed = { ...newLead(), senderKey: { kind: "header", hash: "k".repeat(32), ttlMs: 60_000 } } as const
  yield* handIn(keyed)
  yield* handIn(keyed)
  yield* work.nextDue
  yield* work.offer({ max: 3, patience: Duration.minutes(1) })
  yield* work.waiting({ after: undefined, max: 3 })
  yield* work.expireLeases
  return {
    delivered: yield* stands(delivered),
    rejected: yield* stands(toReject),
    parked: yield* stands(toPark),
    declined: yield* stands(declined),
    retried: yield* stands(retried),
    late: yield* stands(late),
    lateAttempts: (yield* attemptsOf(late.leadId)).map(({ outcome_unknown, success }) => [
      success,
      outcome_unknown,
    ]),
    lateFailure: yield* stands(lateFailure),
    given: yield* stands(given),
    lost: yield* stands(lost),
    held: held.length,
  }
})

/** What {@link wholeLife} returns. */
export const wholeLifeStands: Effect.Success<typeof wholeLife> = {
  delivered: ["DELIVERED", null, null],
  rejected: ["REJECTED", "ZIP_NOT_66XXX", null],
  parked: ["PARKED", "MISSING_REQUIRED_FIELD", null],
  declined: ["PERMANENTLY_FAILED", "CUSTOMER_REFUSED", null],
  retried: ["DELIVERED", null, null],
  late: ["DELIVERED", null, null],
  lateAttempts: [
    [true, false],
    [false, true],
  ],
  lateFailure: ["PERMANENTLY_FAILED", "CUSTOMER_REFUSED", null],
  given: ["READY", null, 0],
  lost: ["RETRYING", null, 1],
  held: 0,
}
