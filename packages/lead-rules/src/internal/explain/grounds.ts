import { printValue } from "@lead-gateway/document-check"
import { kindOf, missingAs, parsePath, valueAt, type ValueKind } from "@lead-gateway/lead-field"
import { anyKind, type Operator } from "../operators/Operator.ts"
import type { Frame } from "../program/Scope.ts"

/** How an explanation looks at a payload. */
export interface Sight {
  /** Whether it may quote what it sees. */
  readonly values: "hide" | "show"
  /** The path to the item that is looked at: `questions.2.`; empty for the payload. */
  readonly within: string
}

/** One requirement that was not met. */
export interface Grounds {
  /** Its place in the rule set. */
  readonly path: string
  /** The field that it read, from the payload on. */
  readonly field: string
  /** What was there: `absent`, `a number`, or the value. */
  readonly saw: string
  /** What would have passed: `must match ^66\d{3}$`. */
  readonly wanted: string
  /** All of it: `zipcode must match ^66\d{3}$, but is a number`. */
  readonly sentence: string
}

/** A requirement on one field. */
interface Asked {
  readonly path: string
  readonly field: string
  readonly operator: Operator
}

export const groundsOf = (
  { path, field: asked, operator }: Asked,
  frame: Frame,
  negated: boolean,
  { values, within }: Sight,
): Grounds => {
  const value = valueIn(frame, asked)
  const field = asked === "." && within !== "" ? within.slice(0, -1) : `${within}${asked}`
  const wanted = `must ${negated ? contrary(operator.wanted) : operator.wanted}`
  const missing = missingAs(value)
  const saw = missing ?? (values === "show" ? printValue(value) : naming(kindOf(value)))
  const ending = missing !== undefined || values === "show" ? `is ${saw}` : endingOf(operator, value, negated)
  const subject = field === "." ? "the payload" : field
  return { path, field, saw, wanted, sentence: `${subject} ${wanted}, but ${ending}` }
}

/** The value of a field as it is, blank or null perhaps, which a frame does not tell apart. */
const valueIn = (frame: Frame, field: string): unknown =>
  field === "." ? frame.root : valueAt(frame.root, parsePath(field) ?? [])

/** The words for the contrary: `match`, `not match`. */
const contrary = (wanted: string): string =>
  wanted.startsWith("not ") ? wanted.slice("not ".length) : `not ${wanted}`

/** How a sentence ends that may not quote the value. */
const endingOf = ({ kinds, verb, wanted }: Operator, value: unknown, negated: boolean): string => {
  const kind = kindOf(value)
  if (!kinds.includes(kind)) return `is ${naming(kind)}`
  if (negated !== wanted.startsWith("not ")) return `it ${verb}`
  // Who reads that it must be true, and that it is not, knows what it is. That it must be "x" tells nobody.
  return typeof value === "boolean" && kinds !== anyKind ? `is ${value}` : `this ${kind} ${verb} not`
}

const naming = (kind: ValueKind): string => `${kind === "object" ? "an" : "a"} ${kind}`
