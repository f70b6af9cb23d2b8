import { DocumentInvalid } from "@lead-gateway/document-check"

/**
 * A rule set that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `rules.0.operator: found "matches", expected "pattern" or "equals" or "present"`.
 */
export class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}
