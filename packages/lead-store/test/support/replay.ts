/** Leads that ended badly in every way, for tests of replays. */
import { RejectionReason } from "@lead-gateway/lead"
import { Effect } from "effect"
import {
  claimOne,
  open,
  parked,
  proceed,
  receive,
  record,
  refused,
  rejected,
  unknownAndLast,
} from "./world.ts"

export const exhausted = {
  ...refused,
  responseStatus: 500,
  fault: "customer",
  health: "down",
  next: { status: "PERMANENTLY_FAILED", reason: RejectionReason.make("RETRIES_EXHAUSTED") },
} as const

/** A new lead whose worker has opened attempt 1. */
export const sending = Effect.gen(function* () {
  yield* receive(1)
  const lead = yield* claimOne
  yield* open(lead)
  return lead
})

const endedBy = (outcome: typeof refused | typeof exhausted | typeof unknownAndLast) =>
  Effect.tap(sending, (lead) => record(lead, 1, outcome))

const decided = (decision: typeof rejected | typeof parked) =>
  Effect.gen(function* () {
    yield* receive(1)
    return yield* Effect.tap(claimOne, (lead) => proceed(lead, decision))
  })

export const badEnds = {
  rejected: decided(rejected),
  parked: decided(parked),
  "refused by the customer": endedBy(refused),
  "out of attempts": endedBy(exhausted),
  "ended with an outcome unknown": endedBy(unknownAndLast),
} as const
