import type { CompiledRule, CompiledRuleSet } from "./CompiledRuleSet.ts"
import { missingAs, valueAt } from "./internal/field.ts"
import { kindOf, naming } from "./internal/words.ts"

/** Every rule of the set is met. */
export interface Accepted {
  readonly _tag: "Accepted"
}

/** A rule is not met: the first one in the order of the set. */
export interface Rejected {
  readonly _tag: "Rejected"
  /** The rule's reason, or {@link MISSING_REQUIRED_FIELD}. */
  readonly reason: string
  /** The rule that decided: its place in the rule set's `rules`, from 0, and the field it reads. */
  readonly rule: { readonly index: number; readonly field: string }
  /**
   * Why, in words, without the value: it may be logged and shown. For example
   * `rules.0: zipcode must be a text matching ^66\d{3}$, but is a number`.
   */
  readonly explanation: string
}

/** What a rule set says of a payload. */
export type Verdict = Accepted | Rejected

/** The reason for a lead without a field that a rule reads: it is absent, null, or a text of white space. */
export const MISSING_REQUIRED_FIELD = "MISSING_REQUIRED_FIELD"

/**
 * Decides whether a payload, as it came, meets a rule set.
 *
 * Each rule looks first whether its field is missing, then at the value; the first failure decides. Total:
 * any value that `JSON.parse` or a lossless parser gives has a verdict, and only own properties count, so
 * `__proto__` gives nothing. Example: `{ "zipcode": 66123 }` is `ZIP_NOT_66XXX` under the default rule set,
 * `{ "zipcode": "66123" }` is `MISSING_REQUIRED_FIELD` (of `house.is_owner`).
 */
export const evaluate = (ruleSet: CompiledRuleSet, payload: unknown): Verdict => {
  for (const [index, rule] of ruleSet.rules.entries()) {
    const value = valueAt(payload, rule.segments)
    const missing = missingAs(value)
    if (missing !== undefined) return rejected(MISSING_REQUIRED_FIELD, index, rule, missing)
    if (!rule.accepts(value)) return rejected(rule.reason, index, rule, naming(kindOf(value), rule.kind))
  }
  return accepted
}

const accepted: Accepted = { _tag: "Accepted" }

const rejected = (
  reason: string,
  index: number,
  { field, requirement }: CompiledRule,
  seen: string,
): Rejected => ({
  _tag: "Rejected",
  reason,
  rule: { index, field },
  explanation: `rules.${index}: ${field} must be ${requirement}, but is ${seen}`,
})
