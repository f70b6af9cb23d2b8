import { Schema } from "effect"
import { patternMistake } from "./internal/pattern.ts"

/** Says what is allowed, for a value of another type and for one that fails a check. */
const expected = (allowed: string) => ({ message: `Expected ${allowed}` })

const text = (form: RegExp, allowed: string) =>
  Schema.String.annotate(expected(allowed)).check(Schema.isPattern(form, expected(allowed)))

const NotBlank = text(/\S/, "a text that is not blank")

const Field = text(/^[^.]+(\.[^.]+)*$/, "a path such as house.is_owner, without an empty segment")

/** The form that a reason has everywhere in the gateway, so that it can be the label of a metric. */
const Reason = text(
  /^[A-Z][A-Z0-9_]{0,63}$/,
  "a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters",
)

const Pattern = Schema.String.annotate(expected("a pattern in RE2 syntax")).check(
  Schema.makeFilter((text: string) => {
    const mistake = patternMistake(text)
    return mistake === undefined || `Expected a pattern in RE2 syntax (${mistake})`
  }),
)

/**
 * The field must be a text that matches the pattern.
 *
 * The pattern is searched for, as by `RegExp.prototype.test`: anchor it with `^` and `$` to match the whole
 * text. `$` is the end of the text, not the place before a last line feed. The syntax is RE2's
 * (https://github.com/google/re2/wiki/Syntax): look-around and back references do not exist in it, `\d`,
 * `\w` and `\s` are ASCII, characters are code points. That is the price of a match in linear time: no
 * pattern and no payload can stop a worker. A text of more than 33 million characters, divided by the
 * instructions of the pattern (`^66\d{3}$` has 9), does not match. A number never matches, a list neither.
 */
export const PatternRule = Schema.Struct({
  field: Field,
  operator: Schema.Literal("pattern"),
  pattern: Pattern,
  reason: Reason,
})
export type PatternRule = typeof PatternRule.Type

/**
 * The field must be exactly this text, finite number or boolean: the same type and the same value.
 *
 * `true` is not `"true"` and not `1`; a text is compared as it came, neither trimmed nor folded. A blank
 * text is no value to ask for, since a blank field counts as missing.
 */
export const EqualsRule = Schema.Struct({
  field: Field,
  operator: Schema.Literal("equals"),
  value: Schema.Union([NotBlank, Schema.Finite, Schema.Boolean]).annotate(
    expected("a text that is not blank, a finite number, true or false"),
  ),
  reason: Reason,
})
export type EqualsRule = typeof EqualsRule.Type

/**
 * The field must be there: neither absent, nor null, nor blank. `false`, `0`, `[]` and `{}` are there.
 *
 * It has no reason of its own: a missing field is always `MISSING_REQUIRED_FIELD`.
 */
export const PresentRule = Schema.Struct({
  field: Field,
  operator: Schema.Literal("present"),
})
export type PresentRule = typeof PresentRule.Type

/**
 * One requirement on one field, told apart by `operator`.
 *
 * `field` is a path of own properties separated by dots (`house.is_owner`, `questions.0`); `reason` is what a
 * lead that fails is rejected for. Every operator finds a missing field before it looks at the value.
 */
export const Rule = Schema.Union([PatternRule, EqualsRule, PresentRule]).annotate(
  expected('a rule: an object with the operator "pattern", "equals" or "present"'),
)
export type Rule = typeof Rule.Type

/**
 * What a customer asks of a lead, as data: plain JSON, to be kept in a file, a table or a message.
 *
 * `version` names it, so that a lead can remember what decided on it. The rules run in their order and the
 * first failure decides; a rule set without rules accepts everything. Make it ready for use with `compile`,
 * which reports mistakes better than this schema alone does.
 */
export const RuleSet = Schema.Struct({
  version: NotBlank,
  rules: Schema.Array(Rule).annotate(expected("a list of rules")),
}).annotate(expected("an object with the keys version and rules"))
export type RuleSet = typeof RuleSet.Type

/** The rules of the solar customer that the gateway ships with; the same as `config/lead_rules.json`. */
export const defaultRuleSet: RuleSet = {
  version: "default-1",
  rules: [
    { field: "zipcode", operator: "pattern", pattern: "^66\\d{3}$", reason: "ZIP_NOT_66XXX" },
    { field: "house.is_owner", operator: "equals", value: true, reason: "NOT_HOMEOWNER" },
  ],
}
