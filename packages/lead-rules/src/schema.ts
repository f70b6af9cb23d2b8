/** Rule sets by Effect's `Schema`, for those who use it. Apart from the rest, since Schema is most of what Effect weighs. */
import { Shape } from "@lead-gateway/document-check"
import { schemaOf } from "@lead-gateway/document-check/schema"
import type * as Schema from "effect/Schema"
import { type Condition, conditionKeys, expectedCondition } from "./Condition.ts"
import { expectedRule, type Rule, ruleKeys, type RuleSet as Data, ruleSetOf } from "./RuleSet.ts"

/**
 * The shape of objects that have one of these sets of keys.
 *
 * Their type is given, not inferred: the compiler cannot print a recursive union of twenty members.
 */
const oneOf = <T>(keys: Readonly<Record<string, Shape.Fields>>, words: Shape.Expectation): Shape.Shape<T> =>
  Shape.union(
    Object.values(keys).map((fields) => Shape.object(fields, { expected: words.expected })),
    words,
  ) as Shape.Shape<unknown> as Shape.Shape<T>

const condition: Shape.Shape<Condition> = oneOf<Condition>(
  conditionKeys(Shape.lazy(() => condition, { expected: expectedCondition })),
  {
    expected: expectedCondition,
    identifier: "Condition",
    description: "A requirement on a field, or conditions joined by all, any and not.",
  },
)

const rule = oneOf<Rule>(ruleKeys(condition), {
  expected: expectedRule,
  identifier: "Rule",
  description: "A condition, and what is said of a lead that does not meet it.",
})

/**
 * The schema of a rule set. Make one ready for use with `compileRules`, which finds more mistakes and reports them better: it
 * knows which operator is meant.
 */
export const RuleSet: Schema.Codec<Data> = schemaOf(ruleSetOf(rule))
export type RuleSet = Data
