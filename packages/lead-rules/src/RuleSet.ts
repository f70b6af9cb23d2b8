import { expected, NotBlank, SchemaReference, textOf } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
import { Condition, conditionKeys, unionOf } from "./Condition.ts"

/** A code that can be the label of a metric. */
const Reason = textOf(
  /^[A-Z][A-Z0-9_]{0,63}$/u,
  "a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters",
  {
    description: "The code that a lead is rejected for, or flagged with, when the condition is unmet.",
  },
)

const Id = textOf(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u,
  "a name such as zip-66: letters, digits, _, . and -, at most 64 characters",
  {
    description: "The rule's own name, which stays when rules are moved. No two rules share one.",
  },
)

const Message = textOf(/^(?=[^]*[^\s\u0085])[^]{1,500}$/u, "a sentence of at most 500 characters", {
  description: "A sentence for people, shown beside the reason.",
})

const severities = ["reject", "flag"] as const

const SeverityText = Schema.Literals(severities).annotate({
  ...expected('"reject" or "flag"'),
  identifier: "Severity",
  description: "reject (the default): a lead that does not meet the rule is rejected. flag: it is marked.",
})

/** What happens to a lead that does not meet a rule. */
export type Severity = typeof SeverityText.Type

/** The parts of a rule besides its condition. */
interface RuleParts {
  readonly reason: string
  readonly id?: string
  readonly message?: string
  readonly severity?: Severity
}

const parts = {
  reason: Reason,
  id: Schema.optionalKey(Id.annotate({ identifier: "Id" })),
  message: Schema.optionalKey(Message.annotate({ identifier: "Message" })),
  severity: Schema.optionalKey(SeverityText),
}

/** A condition and what follows where it is not met. A rule with `present` may do without a reason. */
export type Rule =
  | (Condition & RuleParts)
  | (Extract<Condition, { readonly operator: "present" }> & Partial<RuleParts>)

/** The keys of a rule, by its operator or by the key that joins conditions. */
export const ruleKeys = (condition: Schema.Constraint): Record<string, Schema.Struct.Fields> =>
  Object.fromEntries(
    Object.entries(conditionKeys(condition)).map(([name, keys]) => [
      name,
      { ...keys, ...parts, ...(name === "present" ? { reason: Schema.optionalKey(Reason) } : {}) },
    ]),
  )

/** What a value that is not a rule is told to be. */
export const expectedRule = "a rule: an object with an operator, or with all, any or not, and a reason"

/** The schema of a rule. */
const ruleOf = (condition: Schema.Codec<Condition>): Schema.Codec<Rule> =>
  unionOf<Rule>(ruleKeys(condition)).annotate({
    ...expected(expectedRule),
    identifier: "Rule",
    description: "A condition, and what is said of a lead that does not meet it.",
  })

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
