import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { RejectionReason } from "@lead-gateway/lead"
import { type AttemptRecord, type Lease, storableText } from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"
import { Duration } from "effect"

/** An exchange's outcome in the words of the retry policy. What we ourselves refuse to send is not sent. */
export const asRetryOutcome = DeliveryOutcome.$match({
  Answered: ({ status, retryAfter }): RetryPolicy.Outcome => ({ _tag: "Answered", status, retryAfter }),
  Unreachable: ({ kind }): RetryPolicy.Outcome =>
    kind === "unsendable" ? { _tag: "NotSent" } : { _tag: "Unreachable", kind },
  TimedOut: (): RetryPolicy.Outcome => ({ _tag: "TimedOut" }),
  AddressRefused: (): RetryPolicy.Outcome => ({ _tag: "NotSent" }),
})

/**
 * The time by the clock of whoever answered, in milliseconds since 1970; ours, if the answer does not tell.
 *
 * A `Retry-After` that is a date was written by that clock, so how long it asks to wait is told by no other.
 */
export const timeOfAnswer = (outcome: DeliveryOutcome | undefined, ourTimeMs: number): number =>
  outcome?._tag === "Answered" && outcome.date !== undefined
    ? (RetryPolicy.httpDate(outcome.date.trim(), ourTimeMs) ?? ourTimeMs)
    : ourTimeMs

/** What the retry policy makes of an attempt's end: what is next for the lead, and whose fault it was. */
export type Conclusion = Pick<AttemptRecord, "next" | "fault" | "health">

/** Concludes from an attempt's end. */
export const conclusionOf = (attempt: RetryPolicy.Attempt): Conclusion => ({
  next: nextOf(RetryPolicy.decide(attempt)),
  fault: RetryPolicy.classify(attempt.policy, attempt.outcome).fault ?? null,
  health: RetryPolicy.healthOf(attempt.outcome),
})

const nextOf = (decision: RetryPolicy.Decision): AttemptRecord["next"] => {
  switch (decision._tag) {
    case "Delivered":
      return { status: "DELIVERED" }
    case "RetryAfter":
      return { status: "FAILED", retryAfter: Duration.millis(decision.delayMs) }
    case "GiveUp":
      return { status: "PERMANENTLY_FAILED", reason: RejectionReason.make(decision.reason) }
  }
}

/** The row of an attempt that ended before our eyes. */
export const attemptRecord = (
  { id, lease }: Lease,
  attemptNo: number,
  outcome: DeliveryOutcome,
  conclusion: Conclusion,
): AttemptRecord => ({
  id,
  lease,
  attemptNo,
  success: conclusion.next.status === "DELIVERED",
  outcomeUnknown: false,
  responseStatus: outcome._tag === "Answered" ? outcome.status : null,
  responseBody: outcome._tag === "Answered" ? storableText(outcome.body) : null,
  errorMessage: conclusion.next.status === "DELIVERED" ? null : messageOf(outcome),
  ...conclusion,
})

/** Why nobody saw how an attempt ended. */
export const unseen = {
  workerLost: "outcome unknown: the worker was lost after it had opened this attempt",
  workerStopped: "outcome unknown: the worker was stopped before the customer had answered",
} as const

/** The row of an attempt whose end nobody saw; of use to the lead's owner alone. */
export const unknownAttemptRecord = (
  { id, lease }: Lease,
  attemptNo: number,
  errorMessage: (typeof unseen)[keyof typeof unseen],
  conclusion: Conclusion,
): AttemptRecord => ({
  id,
  lease,
  attemptNo,
  success: false,
  outcomeUnknown: true,
  responseStatus: null,
  responseBody: null,
  errorMessage,
  ...conclusion,
})

/** Why an attempt failed, in words that hold nothing of the lead or of the answer. */
export const messageOf = DeliveryOutcome.$match({
  Answered: ({ status }) => `the customer answered ${status}`,
  Unreachable: ({ message }) => message,
  TimedOut: ({ phase, durationMs }) =>
    phase === "connect" ? `no connection within ${durationMs} ms` : `no answer within ${durationMs} ms`,
  AddressRefused: ({ message }) => message,
})
