import type { Cause } from "effect"
import * as Data from "effect/Data"
import { oneLine } from "./oneLine.ts"
import type { Diagnostic } from "./Diagnostic.ts"

/** A document that cannot be used, with every mistake in it. */
export interface DocumentInvalid<Tag extends string> extends Cause.YieldableError {
  readonly _tag: Tag
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/**
 * Makes the error class of one kind of document, to be extended.
 *
 * The message has one line for each mistake: its path, or the document's name where it is the whole, what was
 * found and what is expected. Example: of
 * `class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}` a message is
 * `rules.0.operator: found "matches", expected "pattern" or "equals" or "present"`.
 */
export const DocumentInvalid = <Tag extends string>(
  tag: Tag,
  document: string,
): new (fields: { readonly diagnostics: ReadonlyArray<Diagnostic> }) => DocumentInvalid<Tag> =>
  class extends Data.TaggedError(tag)<{ readonly diagnostics: ReadonlyArray<Diagnostic> }> {
    override get message(): string {
      return this.diagnostics
        .map(({ path, actual, expected }) =>
          oneLine(`${path || document}: found ${actual}, expected ${expected}`),
        )
        .join("\n")
    }
  }
