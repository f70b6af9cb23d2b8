import { type Cause, Data } from "effect"
import { oneLine } from "./oneLine.ts"
import type { Mistake } from "./Mistake.ts"

/** A document that cannot be used, with every mistake in it. */
export interface DocumentInvalid<Tag extends string> extends Cause.YieldableError {
  readonly _tag: Tag
  readonly mistakes: ReadonlyArray<Mistake>
}

/**
 * Makes the error class of one kind of document, to be extended.
 *
 * The message has one line for each mistake: its path, or the document's name where it is the whole, what was
 * found and what is allowed. Example: of
 * `class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}` a message is
 * `rules.0.operator: found "matches", allowed is "pattern" or "equals" or "present"`.
 */
export const DocumentInvalid = <Tag extends string>(
  tag: Tag,
  document: string,
): new (fields: { readonly mistakes: ReadonlyArray<Mistake> }) => DocumentInvalid<Tag> =>
  class extends Data.TaggedError(tag)<{ readonly mistakes: ReadonlyArray<Mistake> }> {
    override get message(): string {
      return this.mistakes
        .map(({ path, found, allowed }) =>
          oneLine(`${path || document}: found ${found}, allowed is ${allowed}`),
        )
        .join("\n")
    }
  }
