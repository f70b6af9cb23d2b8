import { type AttemptRecord, DataRefused, type LeadWork, StoreUnavailable } from "@lead-gateway/lead-store"
import { Cause, Effect } from "effect"
import { pauses } from "./whilePostgresIsAway.ts"

/**
 * Records how an attempt ended. It is the one thing that must not be lost: it is tried again for as long as the
 * process lives, whatever goes wrong, and no stop interrupts it. Returns whether the lead was moved.
 *
 * A text that Postgres refuses is left out rather than the outcome.
 */
export const recordForSure = (work: LeadWork["Service"], outcome: AttemptRecord): Effect.Effect<boolean> => {
  let row = outcome
  let isTold = false
  const once = Effect.suspend(() => work.record(row)).pipe(
    Effect.tapCause((cause) => {
      const error = Cause.squash(cause)
      if (error instanceof DataRefused) row = { ...outcome, responseBody: null, errorMessage: withoutText }
      if (isTold) return Effect.void
      isTold = true
      const why = error instanceof StoreUnavailable ? error.message : cause
      return Effect.annotateLogs(Effect.logError("the outcome of an attempt is not recorded yet", why), {
        attempt_no: outcome.attemptNo,
        status_code: outcome.responseStatus,
      })
    }),
    // A defect too: what the customer answered is known, and must not be forgotten for a bug.
    Effect.sandbox,
  )
  return Effect.uninterruptible(Effect.orDie(Effect.retry(once, pauses)))
}

const withoutText = "the attempt's texts could not be stored"
