/** Leads that ended badly in every way, for tests of replays. */
import { Effect } from "effect"
import { claimNew, exhausted, parked, refused, rejected, send, step, unknownAndLast } from "./world.ts"

const decided = (decision: typeof rejected) => Effect.tap(claimNew, (lead) => step(lead, decision))

export const badEnds = {
  rejected: decided(rejected),
  parked: decided(parked),
  "refused by the customer": send(refused),
  "out of attempts": send(exhausted),
  "ended with an outcome unknown": send(unknownAndLast),
} as const
