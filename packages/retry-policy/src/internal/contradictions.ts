import type { Report } from "@lead-gateway/document-check"
import { rangeOf } from "../ClassificationRow.ts"
import type { RetryPolicy } from "../RetryPolicy.ts"
import { defaultCap, maxAttemptsOf, waitsOf } from "./backoff.ts"
import { ownersOf } from "./owners.ts"
import { msOf, printMs } from "./duration.ts"
import { spread } from "./jitter.ts"

/** Reports what makes no sense in a policy whose every part is right by itself. */
export const reportContradictions = (report: Report, policy: RetryPolicy): void => {
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
      const allowed = "what the customer may have seen: a row of deliveries"
      report(["classification", index, "outcomes", entry], value, allowed)
    }
  }
  for (const { index, entry, value, owners } of ownersOf(rows).dead) {
    const [from = 0, to = 0] = typeof value === "string" ? (rangeOf(value) ?? []) : []
    const allowed =
      from > to
        ? "a range from the lower status to the higher"
        : `what is not decided by a row above: ${[...owners].map(({ index }) => `classification.${index}`).join(", ")}`
    report(["classification", index, "outcomes", entry], value, allowed)
  }
}

/** Where these stand for an outcome, nothing was sent. */
const unsent: ReadonlySet<number | string> = new Set([
  "not_sent",
  "unsendable",
  "dns",
  "refused",
  "no_route",
  "connect_timeout",
  "tls",
])
