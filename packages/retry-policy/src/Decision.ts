import { notCompiled, wrongCall } from "@lead-gateway/document-check"
import type { Classification } from "./Classification.ts"
import { beforeExpected, classified, isBefore } from "./classify.ts"
import type { CompiledRetryPolicy } from "./CompiledRetryPolicy.ts"
import { spread } from "./internal/backoff.ts"
import { isCompiled } from "./internal/isCompiled.ts"
import { retryAfterMs } from "./internal/retryAfter.ts"
import { isFinalStatus, type Outcome } from "./Outcome.ts"

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
  /** What went before, as for `classify`. Not read if `classification` is there. */
  readonly before?: "unseen" | undefined
  /** What `classify` made of the outcome, so that it is not done again. By default `decide` classifies. */
  readonly classification?: Classification | undefined
  /**
   * Whether the attempt counts, by default true. False for a probe of an open circuit that met an unavailable customer:
   * then neither a refusal nor attempts nor age end the lead, and the wait is the one after this `attempt`.
   */
  readonly counted?: boolean | undefined
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
 * An attempt that is not `counted` never gives up.
 *
 * `Retry-After` is seconds or an HTTP date in any of its three forms (RFC 9110, sections 10.2.3 and 5.6.7), at most
 * `retry_after_cap`; jitter never shortens it. A fraction of a second is rounded up, `1m30s` is read as 90 s, and a number
 * from 10^9 as a time since 1970. Any other one is ignored, and so is a time in the past.
 *
 * Under the default policy attempts 1 to 5 wait 0, 30, 60, 120 and 240 s. Pure: the same input always gives the same
 * decision. Any outcome and any number gives one; a policy that was not compiled, or a text where a number belongs, is a
 * `TypeError` that says so.
 */
export const decide = (input: Attempt): Decision => {
  if (!isCall(input)) throw mistakeOf(input)
  const { attempt, nowMs, outcome, policy } = input
  const counted = input.counted ?? true
  const { means, retryAfter } =
    input.classification ?? classified(policy.classification, outcome, input.before)
  if (means === "delivered") return { _tag: "Delivered" }
  if (means === "give_up" && counted) return giveUp(outcome, "CUSTOMER_REFUSED")
  const done = Math.max(1, Math.floor(attempt))
  if (counted && !(done < policy.maxAttempts)) return giveUp(outcome, "RETRIES_EXHAUSTED")
  const backoff = spread(policy.jitter, policy.waitsMs[done] ?? policy.lastWaitMs, input.random ?? 1)
  const asked = retryAfter ? Math.min(askedMs(outcome, nowMs), policy.retryAfterCapMs) : 0
  const delayMs = Math.max(backoff, asked)
  if (counted && ageOf(input, done) + delayMs > policy.maxAgeMs) return giveUp(outcome, "RETRIES_EXHAUSTED")
  return { _tag: "RetryAfter", delayMs }
}

/** Only an answer can be a refusal, and an unknown outcome has a reason of its own. */
const giveUp = (outcome: Outcome, reason: GiveUpReason): GiveUp => ({
  _tag: "GiveUp",
  reason: giveUpReason(outcome, reason),
})

const giveUpReason = (outcome: Outcome, reason: GiveUpReason): GiveUpReason => {
  try {
    switch (outcome?._tag) {
      case "Answered":
        return isFinalStatus(outcome.status) ? reason : "RETRIES_EXHAUSTED"
      case "Unreachable":
      case "TimedOut":
      case "NotSent":
      case "AddressRefused":
        return "RETRIES_EXHAUSTED"
      default:
        return "DELIVERY_OUTCOME_UNKNOWN"
    }
  } catch {
    // A getter or a proxy that throws is no outcome.
    return "DELIVERY_OUTCOME_UNKNOWN"
  }
}

/** The wait of a `Retry-After`, in milliseconds; 0 without one, or if it is not readable. */
const askedMs = (outcome: Outcome, nowMs: number): number => {
  try {
    if (outcome?._tag !== "Answered" || typeof outcome.retryAfter !== "string") return 0
    // NaN if `nowMs` is: then a date cannot be compared.
    return retryAfterMs(outcome.retryAfter, nowMs) || 0
  } catch {
    return 0
  }
}

/** The age that is given, else the sum of the policy's waits before this attempt. */
const ageOf = ({ ageMs, policy }: Attempt, done: number): number =>
  typeof ageMs === "number" && ageMs >= 0 ? ageMs : (policy.startsMs[done - 1] ?? 0)

/** Whether the arguments are of their types. Plain JavaScript may get them wrong: `"30s"` would count as no age. */
const isCall = (input: Attempt | null | undefined): boolean =>
  typeof input === "object" &&
  input !== null &&
  isCompiled(input.policy) &&
  typeof input.attempt === "number" &&
  typeof input.nowMs === "number" &&
  isNumberOrAbsent(input.random) &&
  isNumberOrAbsent(input.ageMs) &&
  isBefore(input.before)

const isNumberOrAbsent = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === "number"

/** The sentence for arguments that are not of their types. */
const mistakeOf = (input: Attempt | null | undefined): TypeError => {
  if (typeof input !== "object" || input === null) {
    return wrongCall("decide", "the input", input, "an object with policy, attempt, outcome and nowMs")
  }
  const { ageMs, attempt, before, nowMs, policy, random } = input
  if (!isCompiled(policy)) return notCompiled("decide", "policy", policy, "compilePolicy")
  if (typeof attempt !== "number") {
    return wrongCall("decide", "attempt", attempt, "a number, of the attempt that just ended, from 1")
  }
  if (typeof nowMs !== "number") {
    return wrongCall("decide", "nowMs", nowMs, "milliseconds since 1970 as a number, such as Date.now()")
  }
  if (!isNumberOrAbsent(random)) {
    return wrongCall("decide", "random", random, "a number from 0 to 1, such as Math.random()")
  }
  return isNumberOrAbsent(ageMs)
    ? wrongCall("decide", "before", before, beforeExpected)
    : wrongCall("decide", "ageMs", ageMs, "milliseconds as a number: 30_000 for 30 s")
}
