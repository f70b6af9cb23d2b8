/** The constraints of operators that only texts can meet. */
import { fold } from "../text.ts"
import { reversed } from "./Constraint.ts"
import { languageOf } from "./Language.ts"
import { between } from "./Ranges.ts"
import { type AspectConstraint, opaque, type ValueConstraints } from "./valueConstraints.ts"

/** Constraints on texts alone. */
export const onTexts = (
  exact: AspectConstraint,
  implied: ReadonlyArray<AspectConstraint> = [],
): ValueConstraints => new Map([["text", { exact, implied }]])

/** A text, or its folded form where case is ignored. */
export const folded = (text: string, ignoreCase: boolean | undefined): string =>
  ignoreCase === true ? fold(text) : text

/** Texts that pass a test. */
export const tested = (name: string, test: (text: string) => boolean): ValueConstraints =>
  onTexts([name, opaque(test)])

/** Texts with this beginning. */
export const prefixed = (prefix: string, ignoreCase: boolean | undefined): ValueConstraints =>
  beginning(ignoreCase === true ? "folded" : "text", folded(prefix, ignoreCase))

/** Texts with this ending: reversed, they begin with it reversed. */
export const suffixed = (suffix: string, ignoreCase: boolean | undefined): ValueConstraints =>
  beginning(ignoreCase === true ? "folded reversed" : "reversed", reversed(folded(suffix, ignoreCase)))

const beginning = (aspect: string, prefix: string): ValueConstraints =>
  onTexts([aspect, { _tag: "Texts", within: languageOf({ prefixes: [prefix] }), outside: [] }])

/** A number of code points. */
export const lengthBetween = (min: number | undefined, max: number | undefined): AspectConstraint => [
  "length",
  between({ min: min ?? 1, max }, "always"),
]
