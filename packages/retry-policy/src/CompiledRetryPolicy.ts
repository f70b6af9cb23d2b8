import { makeReport, read } from "@lead-gateway/document-check"
import * as Result from "effect/Result"
import { type ClassificationTable, tabulate } from "./Classification.ts"
import { maxAttemptsOf, waitsOf } from "./internal/backoff.ts"
import { reportContradictions } from "./internal/contradictions.ts"
import { msOf } from "./internal/duration.ts"
import type { Jitter } from "./internal/jitter.ts"
import { RetryPolicy } from "./RetryPolicy.ts"
import { RetryPolicyInvalid } from "./RetryPolicyInvalid.ts"

/** A retry policy that is known to be right, ready for use. Only {@link compile} makes one. */
export interface CompiledRetryPolicy {
  /** The version of the policy it was made from. */
  readonly version: string | undefined
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
  /** The wait before each attempt, without jitter; the first is 0. */
  readonly waitsMs: ReadonlyArray<number>
  /** When each attempt begins, counted from the first, if none takes any time and without jitter. */
  readonly startsMs: ReadonlyArray<number>
  readonly jitter: Jitter
  /** How long after the first attempt the last one may begin; `Infinity` where there is no limit. */
  readonly maxAgeMs: number
  /** The longest wait that a `Retry-After` can ask for. */
  readonly retryAfterCapMs: number
  readonly classification: ClassificationTable
}

/**
 * Checks a retry policy and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link RetryPolicyInvalid}, which holds every mistake:
 * unknown keys and words, wrong types, durations that are none. If there is none of these, it looks for
 * contradictions: attempts that a list has no end for, a cap below the base, an age below the first wait at its
 * shortest, rows that never apply since rows above have all of their outcomes, deliveries of what was never sent.
 */
export const compile = (json: unknown): Result.Result<CompiledRetryPolicy, RetryPolicyInvalid> => {
  const { diagnostics, report } = makeReport()
  const policy = read(RetryPolicy, json, report)
  if (policy !== undefined) {
    reportContradictions(report, policy)
    if (diagnostics.length === 0) return Result.succeed(ready(policy))
  }
  return Result.fail(new RetryPolicyInvalid({ diagnostics }))
}

const ready = (policy: RetryPolicy): CompiledRetryPolicy => {
  const waitsMs = waitsOf(policy)
  let startMs = 0
  return {
    version: policy.version,
    maxAttempts: maxAttemptsOf(policy),
    waitsMs,
    startsMs: waitsMs.map((waitMs) => (startMs += waitMs)),
    jitter: policy.jitter ?? "none",
    maxAgeMs: policy.max_age === undefined ? Infinity : msOf(policy.max_age),
    retryAfterCapMs: msOf(policy.retry_after_cap ?? "24h"),
    classification: tabulate(policy.classification ?? []),
  }
}
