import { Data } from "effect"

/** One mistake in a profile. */
export interface Mistake {
  /** Where it is, segments separated by dots: `"phone.0"`. Empty for the profile as a whole. */
  readonly path: string
  /** The value that is there, as JSON and shortened, or `"nothing"`. */
  readonly found: string
  /** What may be there instead. */
  readonly allowed: string
}

/**
 * A profile that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `default_country: found "de", allowed is the two capital letters of a country, such as DE`.
 */
export class ProfileInvalid extends Data.TaggedError("ProfileInvalid")<{
  readonly mistakes: ReadonlyArray<Mistake>
}> {
  override get message(): string {
    const lines = this.mistakes.map(
      ({ path, found, allowed }) => `${path || "profile"}: found ${found}, allowed is ${allowed}`,
    )
    return lines.join("\n")
  }
}
