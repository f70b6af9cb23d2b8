import { isBlank, isMissing, kindOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { isNoneOf } from "../operators/equality.ts"
import { range, tightest } from "../operators/numbers.ts"
import type { Accepts, Operator } from "../operators/Operator.ts"
import { matchAll, type Matches } from "../pattern/Pattern.ts"
import { Met, type Truth, Unmet } from "../Truth.ts"

/**
 * All rules on one field, evaluated together.
 *
 * For each kind of value it keeps only checks that depend on the value: that a text is present, not a number and not
 * `false` needs no check. Limits on a number are merged into one pair, patterns into one automaton.
 */
export class FieldGroup {
  readonly #rules: ReadonlyArray<OperatorOfRule>
  readonly #missing: boolean
  readonly #true: boolean
  readonly #false: boolean
  readonly #texts: Checks
  readonly #numbers: Checks
  readonly #lists: Checks
  readonly #objects: Checks

  /** In the order of the rules. */
  constructor(rules: ReadonlyArray<OperatorOfRule>) {
    const operators = rules.map(({ operator }) => operator)
    const isMet = (value: boolean) => operators.every(({ accepts }) => accepts(value, 0) === Met)
    this.#rules = rules
    this.#missing = operators.every(({ missing }) => missing === Met)
    // No operator on booleans depends on the time.
    this.#true = isMet(true)
    this.#false = isMet(false)
    this.#texts = checksOf("text", operators)
    this.#numbers = checksOf("number", operators)
    this.#lists = checksOf("list", operators)
    this.#objects = checksOf("object", operators)
  }

  /** The first rule before `best` that is not met by a value that does not meet them all, or `best`. */
  first(value: unknown, now: number, best: number): number {
    const rules = this.#rules
    // If all others are met, it is the last that is not.
    const last = rules.length - 1
    for (let i = 0; i <= last; i++) {
      const { index, operator } = rules[i] as OperatorOfRule
      if (index >= best) return best
      if (i === last || (isMissing(value) ? operator.missing : operator.accepts(value, now)) !== Met)
        return index
    }
    return best
  }

  /** Whether a value, missing or not, meets every rule. */
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

/** A rule on the field: its place in the set, and its operator. */
export interface OperatorOfRule {
  readonly index: number
  readonly operator: Operator
}

/** The checks on values of one kind; `undefined` if no such value meets all rules. */
type Checks = ReadonlyArray<Accepts> | undefined

const allMet = (checks: Checks, value: unknown, now: number): boolean => {
  if (checks === undefined) return false
  for (let i = 0; i < checks.length; i++) {
    if ((checks[i] as Accepts)(value, now) !== Met) return false
  }
  return true
}

const checksOf = (kind: ValueKind, operators: ReadonlyArray<Operator>): Checks => {
  const truths: ReadonlyArray<Truth | undefined> = operators.map((operator) => operator.truthOfKind(kind))
  if (truths.includes(Unmet)) return undefined
  const open = operators.filter((_, index) => truths[index] === undefined)
  const isText = kind === "text"
  const limits = isText ? [] : open.flatMap((operator) => operator.limits ?? [])
  const excluded = open
    .flatMap((operator) => operator.excluded ?? [])
    .filter((value) => kindOf(value) === kind)
  const patterns = open.flatMap((operator) => operator.matches ?? [])
  const others = open.filter(
    (operator) =>
      operator.excluded === undefined &&
      operator.matches === undefined &&
      (isText || operator.limits === undefined),
  )
  return [
    ...(limits.length === 0 ? [] : [range(tightest(limits)).accepts]),
    ...(excluded.length === 0 ? [] : [isNoneOf(excluded, false).accepts]),
    ...others.map(({ accepts }) => accepts),
    ...chunks(patterns).map((some) => matching(matchAll(some))),
  ]
}

/** The most patterns in one automaton: its states multiply. */
const maxPatterns = 16

const chunks = (patterns: ReadonlyArray<Matches>): ReadonlyArray<ReadonlyArray<Matches>> =>
  Array.from({ length: Math.ceil(patterns.length / maxPatterns) }, (_, index) =>
    patterns.slice(index * maxPatterns, (index + 1) * maxPatterns),
  )

const matching = (matches: Matches): Accepts => {
  return (value) => (typeof value === "string" && matches(value) ? Met : Unmet)
}
