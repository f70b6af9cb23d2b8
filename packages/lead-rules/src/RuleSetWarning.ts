/**
 * Something in a rule set that can hardly be meant, though the rule set can be used.
 *
 * `redundant`: a rule or a condition changes nothing. `never_met`: no value meets a condition. `flags_all`: a flagging
 * rule flags every lead.
 */
export interface RuleSetWarning {
  /** The rule or the condition: `rules.1`, `rules.3.any.0`. */
  readonly path: string
  readonly kind: "redundant" | "never_met" | "flags_all"
  /** A sentence: `rules.1 is redundant: whatever meets rules.0 meets it`. It quotes nothing of the rule set. */
  readonly message: string
}
