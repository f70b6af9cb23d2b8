import { DocumentInvalid, documentProblem, makeReport, read } from "@lead-gateway/document-check"
import * as Result from "effect/Result"
import { type Jitter, maxAttemptsOf, waitsOf } from "./internal/backoff.ts"
import { reportContradictions } from "./internal/contradictions.ts"
import { type ClassificationTable, tabulate } from "./internal/table.ts"
import { msOf, RetryPolicy } from "./RetryPolicy.ts"

/** A retry policy that was checked and prepared for use. Made by {@link compilePolicy} only. */
export interface CompiledRetryPolicy {
  /** The version of the policy it was made from. */
  readonly version: string | undefined
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
  /** The wait before each attempt, without jitter; the first is 0. */
  readonly waitsMs: ReadonlyArray<number>
  /** The wait after the last attempt, for attempts that do not count. */
  readonly lastWaitMs: number
  /** The start of each attempt, counted from the first, if attempts take no time and without jitter. */
  readonly startsMs: ReadonlyArray<number>
  readonly jitter: Jitter
  /** How long after the first attempt the last one may begin; `Infinity` where there is no limit. */
  readonly maxAgeMs: number
  /** The longest wait that a `Retry-After` can ask for. */
  readonly retryAfterCapMs: number
  readonly classification: ClassificationTable
}

/**
 * The error of a retry policy that is not valid, with all of its diagnostics.
 *
 * The message has one line for each of them, for example
 * `backoff.base: found "30", expected a duration such as 500ms, 5s, 10m, 1h or 2d, from 1ms to 365d`.
 */
export class RetryPolicyInvalid extends DocumentInvalid("RetryPolicyInvalid", "retry policy") {}

/**
 * Checks a retry policy and prepares it for use, once, when it is loaded.
 *
 * Accepts any value, as `JSON.parse` returns it; its type lets editors complete a policy that is written in place. Fails with {@link RetryPolicyInvalid}, which holds all diagnostics:
 * unknown keys and values, wrong types, invalid durations. If there are none of these, contradictions are reported: a
 * fixed list with more waits than attempts, a cap below the base, a `max_age` below the shortest first wait, rows that
 * never apply because earlier rows decide on all of their outcomes, conditions on the body of what is no answer,
 * deliveries of what was never sent.
 */
export const compilePolicy = (
  json: RetryPolicy | {} | null | undefined,
): Result.Result<CompiledRetryPolicy, RetryPolicyInvalid> => {
  const { diagnostics, report } = makeReport()
  try {
    const problem = documentProblem(json)
    if (problem !== undefined) report([], json, problem)
    const policy = problem === undefined ? read(RetryPolicy, json, report) : undefined
    if (policy !== undefined) {
      reportContradictions(report, policy)
      if (diagnostics.length === 0) return Result.succeed(ready(policy))
    }
    return Result.fail(new RetryPolicyInvalid({ diagnostics }))
  } catch {
    // JavaScript has objects that no JSON parser makes: getters and proxies that throw.
    const actual = "a value that cannot be read"
    return Result.fail(
      new RetryPolicyInvalid({ diagnostics: [{ path: "", actual, expected: RetryPolicy.expected }] }),
    )
  }
}

/** {@link compilePolicy}, but throws the {@link RetryPolicyInvalid}: for policies that are part of a program. */
export const compilePolicyOrThrow = (json: RetryPolicy | {} | null | undefined): CompiledRetryPolicy =>
  Result.getOrThrow(compilePolicy(json))

const ready = (policy: RetryPolicy): CompiledRetryPolicy => {
  const maxAttempts = maxAttemptsOf(policy)
  const waitsMs = waitsOf(policy)
  let startMs = 0
  return {
    version: policy.version,
    maxAttempts,
    waitsMs,
    lastWaitMs: waitsOf({ ...policy, max_attempts: maxAttempts + 1 }).at(-1) ?? 0,
    startsMs: waitsMs.map((waitMs) => (startMs += waitMs)),
    jitter: policy.jitter ?? "none",
    maxAgeMs: policy.max_age === undefined ? Infinity : msOf(policy.max_age),
    retryAfterCapMs: msOf(policy.retry_after_cap ?? "24h"),
    classification: tabulate(policy.classification ?? []),
  }
}
