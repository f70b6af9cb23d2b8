import { classify } from "./classify.ts"
import type { CompiledRetryPolicy } from "./CompiledRetryPolicy.ts"
import { spread } from "./internal/jitter.ts"
import { retryAfterMs } from "./internal/retryAfter.ts"
import type { Outcome } from "./Outcome.ts"

/** The customer has the lead. */
export interface Delivered {
  readonly _tag: "Delivered"
}

/** Another attempt is due, this long after the one that just ended. */
export interface RetryAfter {
  readonly _tag: "RetryAfter"
  /** A delay in whole milliseconds, not an instant: whoever stores it adds it to its own clock. */
  readonly delayMs: number
}

/** No further attempt. */
export interface GiveUp {
  readonly _tag: "GiveUp"
  readonly reason: GiveUpReason
}

/**
 * Why there is no further attempt.
 *
 * | reason | when |
 * |---|---|
 * | `CUSTOMER_REFUSED` | an answer that no retry can mend |
 * | `DELIVERY_OUTCOME_UNKNOWN` | nobody saw how the last attempt ended |
 * | `RETRIES_EXHAUSTED` | any other failure, when no attempt or no time is left, or a row gives up on it |
 */
export type GiveUpReason = "CUSTOMER_REFUSED" | "RETRIES_EXHAUSTED" | "DELIVERY_OUTCOME_UNKNOWN"

/** What follows from the outcome of an attempt. */
export type Decision = Delivered | RetryAfter | GiveUp

/** What {@link decide} looks at. */
export interface Attempt {
  readonly policy: CompiledRetryPolicy
  /** The number of the attempt that just ended, from 1. */
  readonly attempt: number
  readonly outcome: Outcome
  /**
   * Milliseconds since 1970. Only a `Retry-After` that is a date is compared with it: best by the clock of
   * whoever wrote that date, which the answer's `Date` header tells (see `httpDate`).
   */
  readonly nowMs: number
  /**
   * Where within its bounds jitter puts the wait: 0 is the earliest, 1 the latest, which is the default. Draw it
   * anew for each decision, by `Math.random()` for example; without jitter it has no part in it.
   */
  readonly random?: number | undefined
  /**
   * How long ago the first attempt began, for `max_age`. Without it (or below 0) that is as long as the waits of
   * the policy, without jitter, add up to before this attempt.
   */
  readonly ageMs?: number | undefined
}

/**
 * Decides what follows from the outcome of an attempt.
 *
 * | the outcome is classified as | decision |
 * |---|---|
 * | delivered | `Delivered` |
 * | give up | `GiveUp` |
 * | retry | `RetryAfter`: the backoff, with its jitter, or `Retry-After` if that is later |
 * | the same after the last attempt, or if the next one would begin after `max_age` | `GiveUp` |
 *
 * `Retry-After` is whole seconds or an HTTP date in any of its three forms (RFC 9110, sections 10.2.3 and
 * 5.6.7), at most `retry_after_cap`; jitter never shortens it. One that cannot be read is ignored, a date in the
 * past asks for nothing. Under the default policy attempts 1 to 5 wait 0, 30, 60, 120 and 240 s. Total and pure:
 * the same input always gives the same decision.
 */
export const decide = ({ policy, attempt, outcome, nowMs, random = 1, ageMs }: Attempt): Decision => {
  const { means, retryAfter } = classify(policy, outcome)
  if (means === "delivered") return { _tag: "Delivered" }
  if (means === "give_up") return giveUp(outcome, "CUSTOMER_REFUSED")
  const done = Math.max(1, Math.floor(attempt))
  if (!(done < policy.maxAttempts)) return giveUp(outcome, "RETRIES_EXHAUSTED")
  const backoff = spread(policy.jitter, policy.waitsMs[done] ?? 0, random)
  const asked = retryAfter ? Math.min(askedMs(outcome, nowMs), policy.retryAfterCapMs) : 0
  const delayMs = Math.max(backoff, asked)
  const age = ageMs !== undefined && ageMs >= 0 ? ageMs : (policy.startsMs[done - 1] ?? 0)
  if (age + delayMs > policy.maxAgeMs) return giveUp(outcome, "RETRIES_EXHAUSTED")
  return { _tag: "RetryAfter", delayMs }
}

/** What nobody answered was not refused, and what nobody saw has a reason of its own. */
const giveUp = (outcome: Outcome, reason: GiveUpReason): GiveUp => {
  switch (outcome?._tag) {
    case "Answered":
      return { _tag: "GiveUp", reason }
    case "Unreachable":
    case "TimedOut":
    case "NotSent":
      return { _tag: "GiveUp", reason: "RETRIES_EXHAUSTED" }
    default:
      return { _tag: "GiveUp", reason: "DELIVERY_OUTCOME_UNKNOWN" }
  }
}

/** Milliseconds that the customer asks to wait; 0 where it does not say, or says what nobody can read. */
const askedMs = (outcome: Outcome, nowMs: number): number => {
  if (outcome?._tag !== "Answered" || typeof outcome.retryAfter !== "string") return 0
  // A time that is no number leaves a date without a meaning.
  return retryAfterMs(outcome.retryAfter, nowMs) || 0
}
