import { type CompiledRuleSet, programOf } from "./CompiledRuleSet.ts"
import { findingOf } from "./internal/explain/findingOf.ts"
import type { Accepted, Finding, Verdict } from "./Verdict.ts"

/** When a payload is looked at, and how much is said of it. Make it once where `now` does not matter. */
export interface EvaluateOptions {
  /** The time, in milliseconds since 1970, as `Date.now()` gives it. Dates relative to now depend on it. */
  readonly now: number
  /** `first` (the default): the first rejecting rule decides and ends it. `all`: every rule is looked at. */
  readonly findings?: "first" | "all"
  /** `hide` (the default): nothing quotes the payload, so it may be logged. `show`: what was seen is quoted, shortened. */
  readonly values?: "hide" | "show"
}

/**
 * Decides whether a payload, as it came, meets a rule set.
 *
 * The rules run in their order. Total: any value that `JSON.parse` or a lossless parser gives has a verdict, only
 * own properties count, and nothing is changed. The same rule set, payload and `now` always give the same verdict.
 * Example: `{ "zipcode": 66123 }` is `ZIP_NOT_66XXX` under the default rule set, `{ "zipcode": "66123" }` is
 * `MISSING_REQUIRED_FIELD` (of `house.is_owner`).
 */
export const evaluate = (
  ruleSet: CompiledRuleSet,
  payload: unknown,
  { now, findings: wanted = "first", values = "hide" }: EvaluateOptions,
): Verdict => {
  const program = programOf(ruleSet)
  let unmet = program.first(payload, now)
  if (unmet < 0) return accepted
  const frame = program.scope.take(payload, now)
  const findings: Array<Finding> = []
  const flags: Array<Finding> = []
  for (; unmet >= 0; unmet = program.next(frame, unmet + 1)) {
    const node = program.nodes[unmet]
    const rule = ruleSet.rules[unmet]
    if (node === undefined || rule === undefined) break
    const finding = findingOf({ node, rule, index: unmet }, frame, values)
    ;(finding.severity === "flag" ? flags : findings).push(finding)
    if (finding.severity === "reject" && wanted === "first") break
  }
  program.scope.release(frame)
  return verdictOf(findings, flags)
}

const accepted: Accepted = Object.freeze<Accepted>({ _tag: "Accepted", flags: Object.freeze<Finding[]>([]) })

const verdictOf = (findings: ReadonlyArray<Finding>, flags: ReadonlyArray<Finding>): Verdict => {
  const [first] = findings
  if (first === undefined) return { _tag: "Accepted", flags }
  const { reason, rule, message, explanation } = first
  return {
    _tag: "Rejected",
    reason,
    rule,
    ...(message === undefined ? {} : { message }),
    explanation,
    findings,
    flags,
  }
}
