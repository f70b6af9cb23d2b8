import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Cause } from "effect"
import * as Data from "effect/Data"
import { oneLine } from "./oneLine.ts"
import { printValue } from "./printValue.ts"

/** One thing wrong in a document: where it is, what is there and what is expected. */
export interface Diagnostic {
  /** Where it is, keys and list indices separated by dots: `"rules.0.pattern"`. Empty for the whole document. */
  readonly path: string
  /** The value at the path, as `printValue` prints it: JSON on one line and shortened, or `"nothing"`. */
  readonly actual: string
  /** What is valid there. */
  readonly expected: string
}

/** A place in a document: keys and list indices, outermost first. */
export type Path = ReadonlyArray<string | number>

/** Reports a value that is not valid: its path, the value itself and what is expected instead. */
export type Report = (path: Path, actual: unknown, expected: string) => void

/** Makes a report function and the list of diagnostics that it appends to. The document is valid if the list stays empty. */
export const makeReport = (): {
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly report: Report
} => {
  const diagnostics: Array<Diagnostic> = []
  const report: Report = (path, actual, expected) => {
    diagnostics.push({ path: path.join("."), actual: printValue(actual), expected })
  }
  return { diagnostics, report }
}

/** Reports every key of an object that is not one of these keys. Most of them are misspelt. */
export const reportOtherKeys = (
  report: Report,
  path: Path,
  object: JsonObject,
  keys: ReadonlyArray<string>,
): void => {
  for (const [key, value] of Object.entries(object)) {
    if (!keys.includes(key)) report([...path, key], value, `no key but ${keys.join(", ")}`)
  }
}

/** The error of a document that is not valid, with all of its diagnostics. */
export interface DocumentInvalid<Tag extends string> extends Cause.YieldableError {
  readonly _tag: Tag
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/**
 * Makes the error class of one kind of document, to be extended.
 *
 * The message has one line for each diagnostic: its path (the document's name if the path is empty), the actual value
 * and what is expected. A message of `class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}`
 * is `rules.0.operator: found "matches", expected "pattern" or "equals" or "present"`.
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
