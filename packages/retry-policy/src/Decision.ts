import { DateTime, Duration } from "effect"
import { waitBefore } from "./internal/backoff.ts"
import { retryAfterMs } from "./internal/retryAfter.ts"
import { isSuccess, type Outcome } from "./Outcome.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"

/** The customer has the lead. */
export interface Delivered {
  readonly _tag: "Delivered"
}

/** Another attempt is due, this long after the one that just ended. */
export interface RetryAfter {
  readonly _tag: "RetryAfter"
  /** A delay, not an instant: whoever stores it adds it to its own clock. `Duration.toMillis` gives a number. */
  readonly delay: Duration.Duration
}

/** No further attempt. */
export interface GiveUp {
  readonly _tag: "GiveUp"
  readonly reason: GiveUpReason
}

/**
 * Why there is no further attempt: an answer that no retry can mend; the last attempt failed; nobody saw how
 * the last attempt ended.
 */
export type GiveUpReason = "CUSTOMER_REFUSED" | "RETRIES_EXHAUSTED" | "DELIVERY_OUTCOME_UNKNOWN"

/** What follows from the outcome of an attempt. */
export type Decision = Delivered | RetryAfter | GiveUp

/** What {@link decide} looks at. */
export interface Attempt {
  readonly policy: RetryPolicy
  /** The number of the attempt that just ended, from 1. */
  readonly attempt: number
  readonly outcome: Outcome
  /**
   * The time, or milliseconds since 1970. Only a `Retry-After` that is a date is compared with it: best by the
   * clock of whoever wrote that date, which the answer's `Date` header tells (see `httpDate`).
   */
  readonly now: DateTime.DateTime | number
  /**
   * How much longer than its backoff the wait is, as a share from 0 (the default) to 1: 0.1 makes 33 s of
   * 30 s. Draw it at random to spread retries; it never shortens a wait.
   */
  readonly jitter?: number | undefined
}

/**
 * Decides what follows from the outcome of an attempt.
 *
 * | outcome | decision |
 * |---|---|
 * | 2xx | `Delivered` |
 * | 429 | `RetryAfter`, the later of the backoff and its `Retry-After` |
 * | other 4xx, 3xx | `GiveUp`: `CUSTOMER_REFUSED` |
 * | 5xx, unreachable, timed out, not sent, outcome unknown | `RetryAfter`, the backoff; for a 503 as for a 429 |
 * | what is no final status (1xx, below 100, from 600) | as a 5xx (RFC 9110, section 15) |
 * | the same after `maxAttempts` | `GiveUp`: `DELIVERY_OUTCOME_UNKNOWN` if it is unknown, else `RETRIES_EXHAUSTED` |
 *
 * `Retry-After` is whole seconds or an HTTP date in any of its three forms (RFC 9110, sections 10.2.3 and
 * 5.6.7), at most `retryAfterCap`; one that cannot be read is ignored, a date in the past asks for nothing.
 * Under the default policy attempts 1 to 5 wait 0, 30, 60, 120 and 240 s. Total and pure: the same input
 * always gives the same decision.
 */
export const decide = ({ policy, attempt, outcome, now, jitter = 0 }: Attempt): Decision => {
  if (outcome._tag === "Answered") {
    if (isSuccess(outcome.status)) return { _tag: "Delivered" }
    if (isRefusal(outcome.status)) return { _tag: "GiveUp", reason: "CUSTOMER_REFUSED" }
  }
  if (!(attempt < policy.maxAttempts)) {
    const unknown = outcome._tag === "OutcomeUnknown"
    return { _tag: "GiveUp", reason: unknown ? "DELIVERY_OUTCOME_UNKNOWN" : "RETRIES_EXHAUSTED" }
  }
  const stretch = 1 + (jitter > 0 ? Math.min(jitter, 1) : 0)
  const backoff = Math.ceil(waitBefore(policy, attempt + 1) * stretch)
  const asked = Math.min(askedWait(outcome, now) ?? 0, Duration.toMillis(policy.retryAfterCap))
  return { _tag: "RetryAfter", delay: Duration.millis(asked > backoff ? asked : backoff) }
}

/** An answer that no retry can mend: redirects, which are not followed, and refusals but "too many requests". */
const isRefusal = (status: number): boolean => status >= 300 && status < 500 && status !== 429

/** Milliseconds that the customer asks to wait. `Retry-After` has this meaning with 429 and 503 alone. */
const askedWait = (outcome: Outcome, now: DateTime.DateTime | number): number | undefined => {
  if (outcome._tag !== "Answered" || outcome.retryAfter === undefined) return undefined
  if (outcome.status !== 429 && outcome.status !== 503) return undefined
  return retryAfterMs(outcome.retryAfter, typeof now === "number" ? now : DateTime.toEpochMillis(now))
}
