import { parsePath, printPath, valueAt } from "@lead-gateway/lead-field"
import { type CompiledRuleSet, programOf } from "./CompiledRuleSet.ts"
import type { Condition } from "./Condition.ts"
import type { Finding } from "./Verdict.ts"

/** A field that two payloads have different values in. */
export interface Difference {
  /** The path of the field, as `printPath` of `lead-field` prints it. */
  readonly path: string
  /** The value in the first payload; `undefined` where it is absent. */
  readonly before: unknown
  /** The value in the second payload. */
  readonly after: unknown
}

/**
 * The fields that the rules of some findings read and that differ between two payloads: why a lead meets a rule as it is
 * normalised and not as it came, for example.
 *
 * Values are compared by identity, so the payloads should share what is the same in both, as `normalize` does. A
 * field of a list's items is reported as the list. Each field once, in the order of the rules. Total.
 */
export const differences = (
  ruleSet: CompiledRuleSet,
  findings: ReadonlyArray<Finding>,
  before: unknown,
  after: unknown,
): ReadonlyArray<Difference> => {
  programOf(ruleSet)
  const rules = findings.flatMap(({ rule }) => ruleSet.rules[rule.index] ?? [])
  return Array.from(new Set(rules.flatMap(fieldsIn)), (field): Difference => {
    const path = parsePath(field) ?? []
    return { path: printPath(path), before: valueAt(before, path), after: valueAt(after, path) }
  }).filter((difference) => !Object.is(difference.before, difference.after))
}

const fieldsIn = (condition: Condition): ReadonlyArray<string> => {
  if ("not" in condition) return fieldsIn(condition.not)
  if ("all" in condition) return condition.all.flatMap(fieldsIn)
  return "any" in condition ? condition.any.flatMap(fieldsIn) : [condition.field]
}
