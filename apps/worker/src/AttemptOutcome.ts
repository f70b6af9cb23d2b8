import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import { RejectionReason } from "@lead-gateway/lead"
import { type AttemptRecord, type ClaimedWork, storableText } from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"

/** An attempt on record, and the work that it is of. */
export interface OpenAttempt {
  readonly work: Pick<ClaimedWork, "leadId" | "deliveryNo" | "lease" | "uncountedAttempts">
  readonly attemptNo: number
  /** Made to see whether the customer is back. */
  readonly isProbe: boolean
}

/** What a conclusion from an outcome needs besides the attempt. */
export interface Circumstances {
  readonly policy: RetryPolicy.CompiledRetryPolicy
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** At least 0, less than 1: for the jitter. */
  readonly random: number
}

/** An outcome of an exchange that was sent. */
export type SentOutcome = Exclude<DeliveryOutcome, { readonly _tag: "AddressRefused" }>

/** The row of an attempt that ended before our eyes, and what follows from it. */
export const attemptRecord = (
  attempt: OpenAttempt,
  outcome: SentOutcome,
  { nowMs, policy, random }: Circumstances,
): AttemptRecord => {
  const isAnswered = outcome._tag === "Answered"
  const conclusion = conclude(attempt, asRetryOutcome(outcome), {
    policy,
    nowMs: timeOfAnswer(outcome, nowMs),
    random,
  })
  return {
    ...keyOf(attempt),
    outcomeUnknown: false,
    durationMs: outcome.durationMs,
    responseStatus: isAnswered ? outcome.status : null,
    responseBody: isAnswered ? storableText(outcome.body) : null,
    errorMessage: conclusion.next.state === "DELIVERED" ? null : messageOf(outcome),
    ...conclusion,
  }
}

/** Why nobody saw how an attempt ended. */
export const unseen = {
  workerLost: "outcome unknown: the worker was lost after it had opened this attempt",
  workerStopped: "outcome unknown: the worker was stopped before the customer had answered",
} as const

/** The row of an attempt whose end nobody saw; of use to the owner of the work alone. */
export const unknownAttemptRecord = (
  attempt: OpenAttempt,
  errorMessage: (typeof unseen)[keyof typeof unseen],
  circumstances: Circumstances,
): AttemptRecord => ({
  ...keyOf(attempt),
  outcomeUnknown: true,
  durationMs: null,
  responseStatus: null,
  responseBody: null,
  errorMessage,
  ...conclude(attempt, { _tag: "OutcomeUnknown" }, circumstances),
})

/** Why an attempt failed, in words that hold nothing of the lead or of the answer. */
export const messageOf = (outcome: DeliveryOutcome): string => {
  switch (outcome._tag) {
    case "Answered":
      return `the customer answered ${outcome.status}`
    case "TimedOut":
      return outcome.phase === "connect"
        ? `no connection within ${outcome.durationMs} ms`
        : `no answer within ${outcome.durationMs} ms`
    default:
      return outcome.message
  }
}

const keyOf = ({ attemptNo, work }: OpenAttempt) => ({
  leadId: work.leadId,
  deliveryNo: work.deliveryNo,
  lease: work.lease,
  attemptNo,
})

/** An exchange's outcome in the words of the retry policy. */
const asRetryOutcome = (outcome: SentOutcome): RetryPolicy.Outcome => {
  switch (outcome._tag) {
    case "Answered":
      return { _tag: "Answered", status: outcome.status, retryAfter: outcome.retryAfter }
    case "Unreachable":
      return { _tag: "Unreachable", kind: outcome.kind }
    case "TimedOut":
      return { _tag: "TimedOut" }
  }
}

/**
 * The time by the clock of whoever answered, in milliseconds since 1970; ours, if the answer does not tell.
 *
 * A `Retry-After` that is a date was written by that clock, so how long it asks to wait is told by no other.
 */
const timeOfAnswer = (outcome: SentOutcome, ourTimeMs: number): number =>
  outcome._tag === "Answered" && outcome.retryAfter !== undefined && outcome.date !== undefined
    ? (RetryPolicy.httpDate(outcome.date.trim(), ourTimeMs) ?? ourTimeMs)
    : ourTimeMs

/** What the retry policy makes of an attempt's end; a probe that found nobody is none that counts. */
const conclude = (
  { attemptNo, isProbe, work }: OpenAttempt,
  outcome: RetryPolicy.Outcome,
  { nowMs, policy, random }: Circumstances,
): Pick<AttemptRecord, "next" | "fault" | "health"> => {
  const health = RetryPolicy.healthOf(outcome)
  const isUncounted = isProbe && (health === "unavailable" || health === "unknown")
  const attempt = Math.max(1, attemptNo - work.uncountedAttempts - Number(isUncounted))
  return {
    next: nextOf(RetryPolicy.decide({ policy, attempt, outcome, nowMs, random })),
    fault: RetryPolicy.classify(policy, outcome).fault ?? null,
    health,
  }
}

const nextOf = (decision: RetryPolicy.Decision): AttemptRecord["next"] => {
  switch (decision._tag) {
    case "Delivered":
      return { state: "DELIVERED" }
    case "RetryAfter":
      return { state: "RETRYING", retryAfterMs: decision.delayMs }
    case "GiveUp":
      return { state: "PERMANENTLY_FAILED", reason: RejectionReason.make(decision.reason) }
  }
}
