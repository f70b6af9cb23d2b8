import { Data } from "effect"

/** One mistake in a rule set. */
export interface Mistake {
  /** Where it is, segments separated by dots: `"rules.0.pattern"`. Empty for the rule set as a whole. */
  readonly path: string
  /** The value that is there, as JSON and shortened, or `"nothing"`. */
  readonly found: string
  /** What may be there instead. */
  readonly allowed: string
}

/**
 * A rule set that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `rules.0.operator: found "matches", allowed is "pattern" or "equals" or "present"`.
 */
export class RuleSetInvalid extends Data.TaggedError("RuleSetInvalid")<{
  readonly mistakes: ReadonlyArray<Mistake>
}> {
  override get message(): string {
    const lines = this.mistakes.map(
      ({ path, found, allowed }) => `${path || "rule set"}: found ${found}, allowed is ${allowed}`,
    )
    return lines.join("\n")
  }
}
