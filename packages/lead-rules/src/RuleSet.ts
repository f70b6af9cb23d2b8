import { Shape } from "@lead-gateway/document-check"
import { type Condition, conditionKeys } from "./Condition.ts"

/** A code that can be the label of a metric. */
const Reason = Shape.text({
  form: /^[A-Z][A-Z0-9_]{0,63}$/u,
  expected: "a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters",
  description: "The code that a lead is rejected for, or flagged with, when the condition is unmet.",
})

const Id = Shape.text({
  form: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u,
  expected: "a name such as zip-66: letters, digits, _, . and -, at most 64 characters",
  identifier: "Id",
  description: "The rule's own name, which stays when rules are moved. No two rules share one.",
})

const Message = Shape.text({
  form: /^(?=[^]*[^\s\u0085])[^]{1,500}$/u,
  expected: "a sentence of at most 500 characters",
  identifier: "Message",
  description: "A sentence for people, shown beside the reason.",
})

const SeverityText = Shape.literals(["reject", "flag"], {
  identifier: "Severity",
  description: "reject (the default): a lead that does not meet the rule is rejected. flag: it is marked.",
})

/** What happens to a lead that does not meet a rule. */
export type Severity = Shape.TypeOf<typeof SeverityText>

/** The parts of a rule besides its condition. */
interface RuleParts {
  readonly reason: string
  readonly id?: string
  readonly message?: string
  readonly severity?: Severity
}

const parts = {
  reason: Reason,
  id: Shape.optional(Id),
  message: Shape.optional(Message),
  severity: Shape.optional(SeverityText),
}

/** A condition and what follows where it is not met. A rule with `present` may do without a reason. */
export type Rule =
  | (Condition & RuleParts)
  | (Extract<Condition, { readonly operator: "present" }> & Partial<RuleParts>)

/** What a value that is not a rule is reported to have to be. */
export const expectedRule = "a rule: an object with an operator, or with all, any or not, and a reason"

/** The keys of a rule, by its operator or by the key that joins conditions; for a shape of the conditions inside. */
export const ruleKeys = (condition: Shape.Shape<unknown>): Readonly<Record<string, Shape.Fields>> =>
  Object.fromEntries(
    Object.entries(conditionKeys(condition)).map(([name, keys]) => [
      name,
      { ...keys, ...parts, ...(name === "present" ? { reason: Shape.optional(Reason) } : {}) },
    ]),
  )

const LooksAtText = Shape.literals(["raw", "normalized"], {
  identifier: "LooksAt",
  description:
    "What the rules see. raw (the default): the payload as it came. normalized: the payload as the normaliser's profile reads it, so that a blank behind a postal code costs no lead.",
})

/** Which payload the rules of a set see: the one that came, or the one that the normaliser makes of it. */
export type LooksAt = Shape.TypeOf<typeof LooksAtText>

/** The most rules in a set. */
const maxRules = 10_000

/** The shape of a rule set, for a shape of its rules. */
export const ruleSetOf = <R>(rule: Shape.Shape<R>) =>
  Shape.object(
    {
      $schema: Shape.schemaReference,
      version: Shape.annotate(Shape.notBlank, {
        description: "Names this rule set, so that a lead can remember what decided on it.",
      }),
      looks_at: Shape.optional(LooksAtText),
      rules: Shape.list(rule, {
        maximum: maxRules,
        expected: `a list of at most ${maxRules} rules`,
        description:
          "They run in this order and the first that is unmet decides; a set without rules accepts everything.",
      }),
    },
    {
      expected: "an object with the keys version, rules and, where needed, looks_at",
      description: "What a customer asks of a lead.",
    },
  )

/**
 * What a customer requires of a lead, as data: plain JSON, to be kept in a file, a table or a message.
 *
 * `compileRules` makes it ready for use.
 */
export interface RuleSet {
  readonly $schema?: string
  readonly version: string
  /** `raw` by default. Whoever calls `evaluate` gives it that payload; `lead-pipeline` does. */
  readonly looks_at?: LooksAt
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
