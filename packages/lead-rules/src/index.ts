/**
 * Rule sets as data: does a lead meet a customer's rules, and if not, which rule did it break and why?
 *
 * A rule set is JSON. `compileRules` checks it once and reports every mistake; `evaluate` then decides on one payload at a
 * time and never fails. Used by the lead pipeline and by whatever previews a draft rule set. It does not normalise
 * (a rule set only says which payload it is about), reads no files and knows no other customer setting.
 */
export type { Diagnostic } from "@lead-gateway/document-check"
export {
  compileRules,
  compileRulesOrThrow,
  type CompiledRuleSet,
  RuleSetInvalid,
  type RuleSetWarning,
} from "./CompiledRuleSet.ts"
export type { Condition } from "./Condition.ts"
export { type Difference, differences } from "./differences.ts"
export { evaluate, type EvaluateOptions } from "./evaluate.ts"
export { exampleText } from "./exampleText.ts"
export { defaultRuleSet, type LooksAt, type Rule, type RuleSet, type Severity } from "./RuleSet.ts"
export {
  type Accepted,
  type DecidingRule,
  type Finding,
  MISSING_REQUIRED_FIELD,
  type Rejected,
  type Verdict,
} from "./Verdict.ts"
