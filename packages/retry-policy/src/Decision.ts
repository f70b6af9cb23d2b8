import { classify } from "./Classification.ts"
import type { CompiledRetryPolicy } from "./CompiledRetryPolicy.ts"
import { retryAfterMs } from "./HttpDate.ts"
import { spread } from "./internal/backoff.ts"
import type { Outcome } from "./Outcome.ts"

/** The customer has the lead. */
export interface Delivered {
  readonly _tag: "Delivered"
}

/** Another attempt is due, this long after the one that just ended. */
export interface RetryAfter {
  readonly _tag: "RetryAfter"
  /** A delay in whole milliseconds, not an instant; the caller adds it to its own clock. */
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
 * | `CUSTOMER_REFUSED` | an answer classified as `give_up` |
 * | `DELIVERY_OUTCOME_UNKNOWN` | the result of the last attempt is unknown |
 * | `RETRIES_EXHAUSTED` | any other failure, when attempts or time have run out, or a row says `give_up` |
 */
export type GiveUpReason = "CUSTOMER_REFUSED" | "RETRIES_EXHAUSTED" | "DELIVERY_OUTCOME_UNKNOWN"

/** What follows from the outcome of an attempt. */
export type Decision = Delivered | RetryAfter | GiveUp

/** The input of {@link decide}. */
export interface Attempt {
  readonly policy: CompiledRetryPolicy
  /** The number of the attempt that just ended, from 1. */
  readonly attempt: number
  readonly outcome: Outcome
  /**
   * The time now, in milliseconds since 1970. Used only for a `Retry-After` that is a date, so the best clock is the
   * customer's: the answer's `Date` header (see `httpDate`).
   */
  readonly nowMs: number
  /**
   * The random number of the jitter: 0 gives the shortest wait, 1 (the default) the longest. Draw one for each
   * decision, with `Math.random()` for example. Ignored by policies without jitter.
   */
  readonly random?: number | undefined
  /**
   * How long ago the first attempt began, for `max_age`. By default (or below 0) the sum of the policy's waits before
   * this attempt, without jitter.
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
 * | retry, after the last attempt or if the next one would begin after `max_age` | `GiveUp` |
 *
 * `Retry-After` is whole seconds or an HTTP date in any of its three forms (RFC 9110, sections 10.2.3 and
 * 5.6.7), at most `retry_after_cap`; jitter never shortens it. An invalid one is ignored, and so is a date in the
 * past. Under the default policy attempts 1 to 5 wait 0, 30, 60, 120 and 240 s. Total and pure:
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

/** Only an answer can be a refusal, and an unknown outcome has a reason of its own. */
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

/** The wait of a `Retry-After`, in milliseconds; 0 without one, or if it is not valid. */
const askedMs = (outcome: Outcome, nowMs: number): number => {
  if (outcome?._tag !== "Answered" || typeof outcome.retryAfter !== "string") return 0
  // NaN if `nowMs` is: then a date cannot be compared.
  return retryAfterMs(outcome.retryAfter, nowMs) || 0
}
