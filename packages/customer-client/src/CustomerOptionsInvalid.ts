import * as Data from "effect/Data"

/** One option that a client cannot be made with. */
export interface OptionMistake {
  /** Which one: `"auth.token"`, `"allow.0"`, `"headers.Host"`. */
  readonly option: string
  /** The value that is there; `undefined` where it may be, or hold, a secret. */
  readonly actual: string | undefined
  /** What may be there instead. */
  readonly expected: string
}

/**
 * Why no client was made: every mistake in its options, before anything was sent.
 *
 * The message has a line for each: `http2: found "always", expected "auto" or "never"`. No secret, no header's
 * value and no URL is quoted.
 */
export class CustomerOptionsInvalid extends Data.TaggedError("CustomerOptionsInvalid")<{
  readonly mistakes: ReadonlyArray<OptionMistake>
}> {
  override get message(): string {
    return this.mistakes
      .map(({ option, actual, expected }) =>
        actual === undefined
          ? `${option}: expected ${expected}`
          : `${option}: found ${actual}, expected ${expected}`,
      )
      .join("\n")
  }
}
