/**
 * The outcome of an attempt: what is recorded, and what follows.
 *
 * `attemptRecord` evaluates an outcome once, and turns what the customer client reports into the row of the store.
 * `docs/states.md` shows which outcome leads to which state.
 */
import { isCounted, RejectionReason } from "@lead-gateway/lead"
import { type AttemptRecord, type ClaimedWork, storableText } from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"
import { type AttemptOutcome, deliveredMessage, messageOf } from "./AttemptOutcome.ts"

/** An attempt that is stored as open, and its work. */
export interface OpenAttempt {
  readonly work: Pick<ClaimedWork, "leadId" | "deliveryNo" | "lease" | "uncountedAttempts" | "unseenAttempt">
  readonly attemptNo: number
  /** Whether it tests if the customer is available again, while the circuit is open. */
  readonly isProbe: boolean
  /** When the delivery's first attempt began, see {@link deliveryBegan}. */
  readonly beganMs: number | undefined
}

/**
 * When the first attempt of a delivery began, in milliseconds of the monotonic clock, for work that was claimed at
 * `claimedAtMs` of it. Undefined if that is not known: work that a process of an earlier release began.
 *
 * The age comes from the database's clock and the time since then from ours, so that the two are never compared.
 */
export const deliveryBegan = (
  { ageMs, attemptNo, uncountedAttempts }: Pick<ClaimedWork, "ageMs" | "attemptNo" | "uncountedAttempts">,
  claimedAtMs: number,
): number | undefined => {
  if (ageMs !== undefined) return claimedAtMs - ageMs
  return attemptNo <= uncountedAttempts ? performance.now() : undefined
}

/** What evaluating an outcome needs besides the attempt. */
export interface Circumstances {
  readonly policy: RetryPolicy.CompiledRetryPolicy
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** The same moment on the monotonic clock, for the age of the delivery. */
  readonly monotonicMs: number
  /** At least 0, less than 1: for the jitter. */
  readonly random: number
}

/** Evaluates an outcome: the row that records it, with the fault, the customer's health and what follows. */
export const attemptRecord = (
  { attemptNo, beganMs, isProbe, work }: OpenAttempt,
  outcome: AttemptOutcome,
  { monotonicMs, nowMs, policy, random }: Circumstances,
): AttemptRecord => {
  const classification = RetryPolicy.classify(policy, outcome, work.unseenAttempt ? "unseen" : undefined)
  const { health } = classification
  const counted = isCounted({ isProbe, health })
  // The number of this attempt in the retry budget, which leaves out attempts that do not count.
  const attempt = Math.max(1, attemptNo - work.uncountedAttempts - Number(!counted))
  const next = nextOf(
    RetryPolicy.decide({
      policy,
      attempt,
      outcome,
      classification,
      counted,
      nowMs: timeOfAnswer(outcome, nowMs),
      random,
      ageMs: beganMs === undefined ? undefined : monotonicMs - beganMs,
    }),
  )
  const isAnswered = outcome._tag === "Answered"
  const isUnknown = outcome._tag === "OutcomeUnknown"
  return {
    leadId: work.leadId,
    deliveryNo: work.deliveryNo,
    lease: work.lease,
    attemptNo,
    outcomeUnknown: isUnknown,
    durationMs: isUnknown ? null : outcome.durationMs,
    responseStatus: isAnswered ? outcome.status : null,
    responseBody: isAnswered ? storableText(outcome.body) : null,
    errorMessage: next.state === "DELIVERED" ? deliveredMessage(outcome) : messageOf(outcome),
    fault: classification.fault ?? null,
    customerReason: classification.reason ?? null,
    // Of a delivery nobody asks why it was not tried again.
    policyVersion: next.state === "DELIVERED" ? null : (policy.version ?? null),
    unseen: RetryPolicy.isUnseen(outcome),
    health,
    counted,
    next,
  }
}

/**
 * The time by the customer's clock, in milliseconds since 1970; by ours, if the answer has no readable `Date`.
 * A `Retry-After` that is a date refers to the customer's clock, so the wait is computed with that clock.
 */
const timeOfAnswer = (outcome: AttemptOutcome, ourTimeMs: number): number =>
  outcome._tag === "Answered" && outcome.retryAfter !== undefined && outcome.date !== undefined
    ? (RetryPolicy.httpDate(outcome.date.trim(), ourTimeMs) ?? ourTimeMs)
    : ourTimeMs

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
