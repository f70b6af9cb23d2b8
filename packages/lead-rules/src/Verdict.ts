import type { Severity } from "./RuleSet.ts"

/** The lead meets every rejecting rule. */
export interface Accepted {
  readonly _tag: "Accepted"
  /** The flagging rules that are not met, in the order of the rules. */
  readonly flags: ReadonlyArray<Finding>
}

/** The lead does not meet a rejecting rule. */
export interface Rejected {
  readonly _tag: "Rejected"
  /** The reason of the first finding: the rule's, or `MISSING_REQUIRED_FIELD`. */
  readonly reason: string
  /** The rule of the first finding. */
  readonly rule: DecidingRule
  /** The rule's sentence for people, if it has one. */
  readonly message?: string
  /** Why, in words: `zipcode must match ^66\d{3}$, but is a number`. */
  readonly explanation: string
  /** The rejecting rules that are not met, in their order: the first alone, unless all were asked for. */
  readonly findings: ReadonlyArray<Finding>
  /** The flagging rules that are not met; only those before the rejecting rule, unless all were asked for. */
  readonly flags: ReadonlyArray<Finding>
}

/** The result of evaluating a rule set on a payload. */
export type Verdict = Accepted | Rejected

/** The reason for a lead without a field that a rule reads: it is absent, null, or a text of white space. */
export const MISSING_REQUIRED_FIELD = "MISSING_REQUIRED_FIELD"

/** A rule that is not met. */
export interface Finding {
  /** The rule's reason; `MISSING_REQUIRED_FIELD` where it is unknown whether the rule is met, as a field is missing. */
  readonly reason: string
  readonly severity: Severity
  readonly rule: DecidingRule
  /** The rule's sentence for people, if it has one. */
  readonly message?: string
  /** What was there: `a number`, `absent`, `null`, `blank`; or the value, shortened, if values are shown. */
  readonly actual: string
  /** What would have passed: `must match ^66\d{3}$`. */
  readonly expected: string
  /** Both with the field: `zipcode must match ^66\d{3}$, but is a number`. */
  readonly explanation: string
}

/** The rule that decided, and where in it. */
export interface DecidingRule {
  /** The rule's place in the rule set's `rules`, from 0. */
  readonly index: number
  /** The rule's own name, if it has one. */
  readonly id?: string
  /** The condition that decided, the first of several: `rules.2.any.0`. */
  readonly path: string
  /** The field of that condition: `house.is_owner`, `questions.2.answer`; `.` for the whole payload. */
  readonly field: string
}
