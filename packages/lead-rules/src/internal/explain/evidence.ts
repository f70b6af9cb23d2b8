import { printValue } from "@lead-gateway/document-check"
import { kindOf, missingAs, parsePath, valueAt, type ValueKind } from "@lead-gateway/lead-field"
import { anyKind, type Operator } from "../operators/Operator.ts"
import type { Frame } from "../program/Scope.ts"

/** How an explanation reads a payload. */
export interface View {
  /** Whether it may quote values. */
  readonly values: "hide" | "show"
  /** The path to the item it is about: `questions.2.`; empty for the payload itself. */
  readonly within: string
}

/** A condition on a field that is not met: what was expected, and what was there. */
export interface Evidence {
  /** The condition's place in the rule set. */
  readonly path: string
  /** The field's path in the payload. */
  readonly field: string
  /** What was there: `absent`, `a number`, or the value. */
  readonly actual: string
  /** What would have met the condition: `must match ^66\d{3}$`. */
  readonly expected: string
  /** All of it: `zipcode must match ^66\d{3}$, but is a number`. */
  readonly sentence: string
}

/** A condition on one field. */
interface FieldNode {
  readonly path: string
  readonly field: string
  readonly operator: Operator
}

export const evidenceOf = (
  { path, field: ownField, operator }: FieldNode,
  frame: Frame,
  negated: boolean,
  { values, within }: View,
): Evidence => {
  const value = valueIn(frame, ownField)
  const field = ownField === "." && within !== "" ? within.slice(0, -1) : `${within}${ownField}`
  const expected = `must ${negated ? opposite(operator.expected) : operator.expected}`
  const missing = missingAs(value)
  const actual = missing ?? (values === "show" ? printValue(value) : withArticle(kindOf(value)))
  const ending =
    missing !== undefined || values === "show" ? `is ${actual}` : endingOf(operator, value, negated)
  const subject = field === "." ? "the payload" : field
  return { path, field, actual, expected, sentence: `${subject} ${expected}, but ${ending}` }
}

/** The value of a field, missing ones included: a frame does not tell null from blank. */
const valueIn = (frame: Frame, field: string): unknown =>
  field === "." ? frame.root : valueAt(frame.root, parsePath(field) ?? [])

/** `not match` for `match`, and the other way round. */
const opposite = (expected: string): string =>
  expected.startsWith("not ") ? expected.slice("not ".length) : `not ${expected}`

/** The end of a sentence that may not quote the value. */
const endingOf = ({ kinds, verb, expected }: Operator, value: unknown, negated: boolean): string => {
  const kind = kindOf(value)
  if (!kinds.includes(kind)) return `is ${withArticle(kind)}`
  if (negated !== expected.startsWith("not ")) return `it ${verb}`
  // That a boolean must be true and is not gives it away, so it may be named. That it must be "x" does not.
  return typeof value === "boolean" && kinds !== anyKind ? `is ${value}` : `this ${kind} ${verb} not`
}

const withArticle = (kind: ValueKind): string => `${kind === "object" ? "an" : "a"} ${kind}`
