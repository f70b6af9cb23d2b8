import { DocumentInvalid, makeReport, read, type Report } from "@lead-gateway/document-check"
import * as Result from "effect/Result"
import { type ClassificationTable, ownersOf, tabulate } from "./Classification.ts"
import { rangeOf } from "./ClassificationRow.ts"
import { defaultCap, type Jitter, maxAttemptsOf, spread, waitsOf } from "./internal/backoff.ts"
import { msOf, printMs, RetryPolicy } from "./RetryPolicy.ts"

/** A retry policy that was checked and prepared for use. Made by {@link compilePolicy} only. */
export interface CompiledRetryPolicy {
  /** The version of the policy it was made from. */
  readonly version: string | undefined
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
  /** The wait before each attempt, without jitter; the first is 0. */
  readonly waitsMs: ReadonlyArray<number>
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
 * Accepts any value, as `JSON.parse` returns it. Fails with {@link RetryPolicyInvalid}, which holds all diagnostics:
 * unknown keys and values, wrong types, invalid durations. If there are none of these, contradictions are reported: a
 * fixed list with more waits than attempts, a cap below the base, a `max_age` below the shortest first wait, rows that
 * never apply because earlier rows decide on all of their outcomes, deliveries of what was never sent.
 */
export const compilePolicy = (json: unknown): Result.Result<CompiledRetryPolicy, RetryPolicyInvalid> => {
  const { diagnostics, report } = makeReport()
  const policy = read(RetryPolicy, json, report)
  if (policy !== undefined) {
    reportContradictions(report, policy)
    if (diagnostics.length === 0) return Result.succeed(ready(policy))
  }
  return Result.fail(new RetryPolicyInvalid({ diagnostics }))
}

/** {@link compilePolicy}, but throws the {@link RetryPolicyInvalid}: for policies that are part of a program. */
export const compilePolicyOrThrow = (json: unknown): CompiledRetryPolicy =>
  Result.getOrThrow(compilePolicy(json))

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

/** Reports contradictions between parts of a policy that are valid by themselves. */
const reportContradictions = (report: Report, policy: RetryPolicy): void => {
  reportAttempts(report, policy)
  reportCap(report, policy)
  reportAge(report, policy)
  reportRows(report, policy)
}

const reportAttempts = (report: Report, { backoff, max_attempts }: RetryPolicy): void => {
  if (backoff.kind !== "fixed") {
    if (max_attempts === undefined)
      report(
        ["max_attempts"],
        undefined,
        "a whole number from 1 to 1000; the key is required, but for a fixed list",
      )
  } else if (max_attempts !== undefined && max_attempts <= backoff.waits.length) {
    const { length } = backoff.waits
    report(
      ["max_attempts"],
      max_attempts,
      `at least ${length + 1}, an attempt after each of the ${length} waits`,
    )
  }
}

const reportCap = (report: Report, { backoff, cap }: RetryPolicy): void => {
  if (backoff.kind === "fixed") {
    if (cap !== undefined) report(["cap"], cap, "no cap: the waits of a fixed list are what they are")
  } else if (msOf(cap ?? defaultCap) < msOf(backoff.base)) {
    const unless = cap === undefined ? ` (it is ${defaultCap} unless said otherwise)` : ""
    report(["cap"], cap, `a duration from ${backoff.base}, the base, to 365d${unless}`)
  }
}

const reportAge = (report: Report, policy: RetryPolicy): void => {
  const { max_age } = policy
  const [, waitMs = 0] = waitsOf({ ...policy, max_attempts: Math.max(2, maxAttemptsOf(policy)) })
  const firstMs = spread(policy.jitter ?? "none", waitMs, 0)
  if (max_age === undefined || msOf(max_age) >= firstMs) return
  report(
    ["max_age"],
    max_age,
    `at least ${printMs(firstMs)}, the first wait: no attempt but the first would be in time`,
  )
}

const reportRows = (report: Report, { classification: rows = [] }: RetryPolicy): void => {
  for (const [index, { means, outcomes }] of rows.entries()) {
    if (means !== "delivered") continue
    for (const [entry, value] of outcomes.entries()) {
      if (!unsent.has(value)) continue
      const expected = "what the customer may have seen: a row of deliveries"
      report(["classification", index, "outcomes", entry], value, expected)
    }
  }
  for (const { index, entry, value, owners } of ownersOf(rows).dead) {
    const [from = 0, to = 0] = typeof value === "string" ? (rangeOf(value) ?? []) : []
    const expected =
      from > to
        ? "a range from the lower status to the higher"
        : `what is not decided by a row above: ${[...owners].map(({ index }) => `classification.${index}`).join(", ")}`
    report(["classification", index, "outcomes", entry], value, expected)
  }
}

/** Outcomes of attempts that sent nothing. */
const unsent: ReadonlySet<number | string> = new Set([
  "not_sent",
  "unsendable",
  "dns",
  "refused",
  "no_route",
  "connect_timeout",
  "tls",
])
