import { evaluate, type Condition, type Rule, type Verdict } from "@lead-gateway/lead-rules"
import { prepare } from "../src/CompiledRuleSet.ts"

/** 2026-02-28T12:00:00Z, the last day of a month and no leap year. */
export const nowMs = Date.UTC(2026, 1, 28, 12)

/** Compiled rules, without the checks of `compileRules`. */
export const ruleSetOf = (...rules: ReadonlyArray<Rule>) => prepare({ version: "1", rules })

export const verdictOn = (
  rules: ReadonlyArray<Rule>,
  payload: unknown,
  options: { readonly findings?: "first" | "all"; readonly values?: "hide" | "show" } = {},
): Verdict => evaluate(ruleSetOf(...rules), payload, { nowMs, ...options })

export const reasonOf = (verdict: Verdict) => (verdict._tag === "Rejected" ? verdict.reason : "accepted")

export const explanationOf = (verdict: Verdict) =>
  verdict._tag === "Rejected" ? verdict.explanation : "accepted"

/** The truth of a condition, as one rule shows it. */
export const truthOf = (condition: Condition, payload: unknown): "met" | "unmet" | "unknown" => {
  const reason = reasonOf(verdictOn([{ ...condition, reason: "UNMET" }], payload))
  return reason === "accepted" ? "met" : reason === "UNMET" ? "unmet" : "unknown"
}
