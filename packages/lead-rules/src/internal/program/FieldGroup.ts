import { isBlank, isMissing, kindOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { isNoneOf } from "../operators/equality.ts"
import { range, tightest } from "../operators/numbers.ts"
import type { Accepts, Operator } from "../operators/Operator.ts"
import { type Matches, matchAll } from "../pattern.ts"
import { Met, type Truth, Unmet } from "../Truth.ts"

/**
 * All that the rules of a set ask of one field, to be met together.
 *
 * Of each kind of value it keeps what depends on the value: that a text is present, no number and not `false` was
 * known before; and limits of a number are one pair of limits.
 */
export class FieldGroup {
  readonly #asked: ReadonlyArray<AskedHere>
  readonly #missing: boolean
  readonly #true: boolean
  readonly #false: boolean
  readonly #texts: Together
  readonly #numbers: Together
  readonly #lists: Together
  readonly #objects: Together

  /** In the order of the rules. */
  constructor(asked: ReadonlyArray<AskedHere>) {
    const operators = asked.map(({ operator }) => operator)
    const isMet = (value: boolean) => operators.every(({ accepts }) => accepts(value, 0) === Met)
    this.#asked = asked
    this.#missing = operators.every(({ missing }) => missing === Met)
    // No operator asks for anything but a kind or a value of a boolean, so the time does not matter.
    this.#true = isMet(true)
    this.#false = isMet(false)
    this.#texts = together("text", operators)
    this.#numbers = together("number", operators)
    this.#lists = together("list", operators)
    this.#objects = together("object", operators)
  }

  /** The first rule before `best` that is not met by a value that does not meet them all; else `best`. */
  first(value: unknown, now: number, best: number): number {
    const asked = this.#asked
    // The last one needs no asking, if all before it are met.
    const last = asked.length - 1
    for (let i = 0; i <= last; i++) {
      const { index, operator } = asked[i] as AskedHere
      if (index >= best) return best
      if (i === last || (isMissing(value) ? operator.missing : operator.accepts(value, now)) !== Met)
        return index
    }
    return best
  }

  /** Whether a value, as it is in the payload, meets every requirement. */
  isMet(value: unknown, now: number): boolean {
    switch (typeof value) {
      case "string":
        return isBlank(value) ? this.#missing : allMet(this.#texts, value, now)
      case "number":
        return allMet(this.#numbers, value, now)
      case "boolean":
        return value ? this.#true : this.#false
      case "undefined":
        return this.#missing
      default:
        if (value === null) return this.#missing
        if (Array.isArray(value)) return allMet(this.#lists, value, now)
        return allMet(isRawNumber(value) ? this.#numbers : this.#objects, value, now)
    }
  }
}

/** What one rule asks of the field: the rule's place in the set, and the operator. */
export interface AskedHere {
  readonly index: number
  readonly operator: Operator
}

/** What is asked of values of one kind, all of it; `undefined` if none will do. */
type Together = ReadonlyArray<Accepts> | undefined

const allMet = (together: Together, value: unknown, now: number): boolean => {
  if (together === undefined) return false
  for (let i = 0; i < together.length; i++) {
    if ((together[i] as Accepts)(value, now) !== Met) return false
  }
  return true
}

const together = (kind: ValueKind, operators: ReadonlyArray<Operator>): Together => {
  const settled: ReadonlyArray<Truth | undefined> = operators.map((operator) => operator.settled(kind))
  if (settled.includes(Unmet)) return undefined
  const open = operators.filter((_, index) => settled[index] === undefined)
  const isText = kind === "text"
  const limits = isText ? [] : open.flatMap((operator) => operator.limits ?? [])
  const refused = open.flatMap((operator) => operator.refused ?? []).filter((value) => kindOf(value) === kind)
  const patterns = open.flatMap((operator) => operator.matches ?? [])
  const others = open.filter(
    (operator) =>
      operator.refused === undefined &&
      operator.matches === undefined &&
      (isText || operator.limits === undefined),
  )
  return [
    ...(limits.length === 0 ? [] : [range(tightest(limits)).accepts]),
    ...(refused.length === 0 ? [] : [isNoneOf(refused, false).accepts]),
    ...others.map(({ accepts }) => accepts),
    ...chunks(patterns).map((some) => matching(matchAll(some))),
  ]
}

/** The most patterns that are looked for at once: the more, the more different texts there are to them. */
const maxPatterns = 16

const chunks = (patterns: ReadonlyArray<Matches>): ReadonlyArray<ReadonlyArray<Matches>> =>
  Array.from({ length: Math.ceil(patterns.length / maxPatterns) }, (_, index) =>
    patterns.slice(index * maxPatterns, (index + 1) * maxPatterns),
  )

const matching = (matches: Matches): Accepts => {
  return (value) => (typeof value === "string" && matches(value) ? Met : Unmet)
}
