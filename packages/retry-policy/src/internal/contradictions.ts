import type { Report } from "@lead-gateway/document-check"
import { msOf, printMs, type RetryPolicy } from "../RetryPolicy.ts"
import { defaultCap, maxAttemptsOf, spread, waitsOf } from "./backoff.ts"
import { reportRows } from "./rowContradictions.ts"

/** Reports contradictions between parts of a policy that are valid by themselves. */
export const reportContradictions = (report: Report, policy: RetryPolicy): void => {
  reportAttempts(report, policy)
  reportCap(report, policy)
  reportAge(report, policy)
  reportRows(report, policy.classification ?? [])
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
