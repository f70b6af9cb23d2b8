import { printValue, shorten } from "@lead-gateway/document-check"
import { Result, Schema } from "effect"
import { segmentsOf } from "./internal/field.ts"
import { mistakesOf } from "./internal/mistakes.ts"
import { compilePattern } from "./internal/pattern.ts"
import { type Kind, kindOf } from "./internal/words.ts"
import type { Rule } from "./Rule.ts"
import { RuleSet } from "./RuleSet.ts"
import { RuleSetInvalid } from "./RuleSetInvalid.ts"
import { MISSING_REQUIRED_FIELD } from "./Verdict.ts"

/** A rule set that is known to be right, with its patterns ready. Only {@link compile} makes one. */
export interface CompiledRuleSet {
  /** The version of the rule set it was made from. */
  readonly version: string
  readonly rules: ReadonlyArray<CompiledRule>
}

/** A rule made ready for `evaluate`. */
export interface CompiledRule {
  readonly field: string
  /** The field's path: `["house", "is_owner"]`. */
  readonly segments: ReadonlyArray<string>
  /** Whether a value that is not missing meets the rule. */
  readonly accepts: (value: unknown) => boolean
  /** What a value that does not is rejected for. */
  readonly reason: string
  /** What the rule asks for, in words: `"a text matching ^66\d{3}$"`. */
  readonly requirement: string
  /** The kind of value it asks for; `undefined` when any will do. */
  readonly kind: Kind | undefined
}

/**
 * Checks a rule set and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link RuleSetInvalid}, which holds every mistake:
 * unknown operators and keys, missing keys, wrong types, bad patterns, reasons and fields.
 */
export const compile = (json: unknown): Result.Result<CompiledRuleSet, RuleSetInvalid> =>
  Result.mapBoth(decode(json), {
    onSuccess: ({ version, rules }) => ({ version, rules: rules.map(compileRule) }),
    onFailure: ({ issue }) => new RuleSetInvalid({ mistakes: mistakesOf(json, issue) }),
  })

const decode = Schema.decodeUnknownResult(RuleSet, { errors: "all", onExcessProperty: "error" })

const compileRule = (rule: Rule): CompiledRule => ({
  field: "field" in rule ? rule.field : "",
  segments: "field" in rule ? segmentsOf(rule.field) : [],
  reason: rule.reason ?? MISSING_REQUIRED_FIELD,
  ...requirementOf(rule),
})

const requirementOf = (rule: Rule): Pick<CompiledRule, "accepts" | "requirement" | "kind"> => {
  if (!("operator" in rule)) return { accepts: () => false, requirement: "", kind: undefined }
  switch (rule.operator) {
    case "pattern": {
      const matches = compilePattern(rule.pattern)
      return {
        accepts: (value) => typeof value === "string" && matches(value),
        requirement: `a text matching ${shorten(rule.pattern)}`,
        kind: "text",
      }
    }
    case "equals":
      return {
        accepts: (value) => value === rule.value,
        requirement: printValue(rule.value),
        kind: kindOf(rule.value),
      }
    default:
      return { accepts: () => true, requirement: "present", kind: undefined }
  }
}
