import { type ClaimedLead, DataRefused, type LeadWork, StoreUnavailable } from "@lead-gateway/lead-store"
import { Cause, Data, Duration, Effect } from "effect"
import type { StepResult } from "./Delivery.ts"
import { whilePostgresIsAway } from "./whilePostgresIsAway.ts"

/** Nothing left this machine, for a reason on our side: a forbidden address, a request that cannot be sent. */
export class NotSent extends Data.TaggedError("NotSent")<{ readonly message: string }> {}

/** Whose step it is. */
interface Owned {
  readonly work: LeadWork["Service"]
  readonly lead: ClaimedLead
  /** Whether an attempt may have left by now: then it is not taken back. */
  readonly hasLeft: () => boolean
}

/**
 * Runs a step of a lead; when it fails for a reason on our side, the lead is set aside, longer each time, with an
 * event in its history, so that it neither comes back at once nor is forgotten.
 *
 * Postgres being away is no such reason: the step has given the lead back, or its lease ends.
 */
export const setAside = (
  { hasLeft, lead, work }: Owned,
  step: Effect.Effect<StepResult, unknown>,
): Effect.Effect<StepResult> =>
  Effect.catchCause(step, (cause) => {
    if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
    const error = Cause.squash(cause)
    if (error instanceof StoreUnavailable) {
      return Effect.as(Effect.logError(`a step failed: ${error.message}`), "Scheduled")
    }
    const delay = troubleDelay(lead.troubles)
    return Effect.annotateLogs(Effect.logError("a step failed; its lead is set aside", cause), {
      delay_ms: Duration.toMillis(delay),
    }).pipe(
      Effect.andThen(
        Effect.retry(
          work.release({
            id: lead.id,
            lease: lead.lease,
            unsentAttemptNo: hasLeft() && !(error instanceof NotSent) ? undefined : lead.attemptCount + 1,
            delay,
            trouble:
              error instanceof DataRefused || error instanceof NotSent
                ? error.message
                : "an unexpected error in the gateway",
          }),
          whilePostgresIsAway,
        ),
      ),
      // The lease ends then, and somebody else tries.
      Effect.catch((failure) => Effect.logError(failure.message)),
      Effect.as("Scheduled"),
    )
  })

/** 30 s, doubling up to an hour: 0, 1, 2 … 7 earlier troubles wait 30, 60, 120 … 3600 s. */
export const troubleDelay = (troubles: number): Duration.Duration =>
  Duration.min(Duration.times(Duration.seconds(30), 2 ** Math.min(troubles, 10)), Duration.hours(1))
