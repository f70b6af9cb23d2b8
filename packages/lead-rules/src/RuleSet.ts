import { expected, NotBlank, SchemaReference } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
import { Condition } from "./Condition.ts"
import { type Rule, ruleOf } from "./Rule.ts"

/** The most rules in a set. */
const maxRules = 10_000

const expectedRules = `a list of at most ${maxRules} rules`

/** The keys of a rule set, for a schema of its rules. */
export const ruleSetKeys = <S extends Schema.Constraint>(rule: S) => ({
  $schema: SchemaReference,
  version: NotBlank.annotate({
    description: "Names this rule set, so that a lead can remember what decided on it.",
  }),
  rules: Schema.Array(rule)
    .annotate({
      ...expected(expectedRules),
      description:
        "They run in this order and the first that is unmet decides; a set without rules accepts everything.",
    })
    .check(Schema.isMaxLength(maxRules, expected(expectedRules))),
})

/** What a value that is not a rule set is told to be. */
export const expectedRuleSet = "an object with the keys version and rules"

/**
 * What a customer requires of a lead, as data: plain JSON, to be kept in a file, a table or a message.
 *
 * `compile` makes it ready for use. Its messages are better than this schema's, and it finds more.
 */
export const RuleSet: Schema.Codec<RuleSet> = Schema.Struct(ruleSetKeys(ruleOf(Condition))).annotate({
  ...expected(expectedRuleSet),
  description: "What a customer asks of a lead.",
})
export interface RuleSet {
  readonly $schema?: string
  readonly version: string
  readonly rules: ReadonlyArray<Rule>
}

/** The rules of the solar customer that the gateway ships with; the same as `config/lead_rules.json`. */
export const defaultRuleSet: RuleSet = {
  version: "default-1",
  rules: [
    { field: "zipcode", operator: "pattern", pattern: "^66\\d{3}$", reason: "ZIP_NOT_66XXX" },
    { field: "house.is_owner", operator: "equals", value: true, reason: "NOT_HOMEOWNER" },
  ],
}
