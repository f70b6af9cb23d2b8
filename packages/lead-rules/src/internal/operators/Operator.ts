import { type Path, printValue, Shape } from "@lead-gateway/document-check"
import type { ValueKind } from "@lead-gateway/lead-field"
import type { Question, ValueConstraints } from "../analysis/ValueConstraints.ts"
import { compareLimits, type Exact } from "../comparison.ts"
import type { Matches } from "../pattern/Pattern.ts"
import type { PatternMemory } from "../pattern/PatternMemory.ts"
import type { Scope } from "../program/Scope.ts"
import { type Check, type Truth, Unknown } from "../Truth.ts"
import { Optional } from "./keys.ts"

/** Whether a value that is not missing meets a condition, at a time. Total; keeps nothing of what it sees. */
export type Accepts = (value: unknown, now: number) => Truth

/** The operator of one condition, compiled: it evaluates a field and explains the result. */
export interface Operator {
  readonly accepts: Accepts
  /** The truth for a missing field. */
  readonly missing: Truth
  /** What is expected: `match ^66\d{3}$`. Stands behind "must" and "must not". */
  readonly expected: string
  /** The kinds of value that can meet it. */
  readonly kinds: ReadonlyArray<ValueKind>
  /** The truth for every value of a kind; `undefined` where it depends on the value. */
  readonly truthOfKind: (kind: ValueKind) => Truth | undefined
  /** How a sentence ends about a value of such a kind: "but this text does not", "but this text is not". */
  readonly verb: "does" | "is"
  /** The limits on a number, where they are the whole condition: those on one field are merged. */
  readonly limits?: Limits
  /** The values that are excluded, where they are the whole condition: those on one field are looked up at once. */
  readonly excluded?: ReadonlyArray<string | Exact | boolean>
  /** The pattern that a text must match, where it is the whole condition: those on one field are searched at once. */
  readonly matches?: Matches
}

/** An operator without its answer for missing fields. Unless it says otherwise, no value of another kind meets it. */
export interface Requirement extends Omit<Operator, "missing" | "truthOfKind"> {
  readonly truthOfKind?: Operator["truthOfKind"]
}

/** Limits on a number: doubles, or numbers of any length. */
export interface Limits<N extends Exact = number> {
  readonly min?: N
  readonly max?: N
  readonly above?: N
  readonly below?: N
  readonly integer?: boolean
  readonly allow_text?: boolean
}

/** Every kind of value. */
export const anyKind: ReadonlyArray<ValueKind> = ["text", "number", "boolean", "list", "object"]

/**
 * All there is to know about one operator, in one place: whoever adds one is asked for every part by the compiler.
 *
 * `Condition` is a condition with this operator; an operator is free to read only the keys that are its own.
 */
export interface OperatorDefinition<Condition> {
  /** What the field must be, in one sentence: for the JSON Schema. */
  readonly description: string
  /** What other rule languages call it, for suggestions: `regex` for `pattern`. */
  readonly aliases: ReadonlyArray<string>
  /** The keys of a condition besides `field` and `operator`. */
  readonly keys: Shape.Fields
  /** The truth for a missing field. Where it is `Unknown`, a condition may be `optional`. */
  readonly whenMissing: Truth
  /** Reports what no shape says about the keys: that one of several is needed, limits that exclude each other. */
  readonly checkLimits: (condition: Condition, report: ReportLimit) => void
  /** Evaluates and explains. */
  readonly compile: (condition: Condition, memory: PatternMemory) => Requirement
  /** The pattern that a condition searches for, if it does: its size counts towards the limit of a rule set. */
  readonly patternOf?: (condition: Condition) => string
  /** The values that meet a condition, for the analysis of a whole rule set. */
  readonly constraints: (condition: Condition, question: Question) => ValueConstraints
}

/**
 * The definition of an operator whose condition is on the items of a list, in its key `item`.
 *
 * Its truth is unknown for a missing field, unless a condition is `optional`.
 */
export interface QuantifierDefinition extends Pick<OperatorDefinition<never>, "description" | "aliases"> {
  readonly quantifier: "some" | "every"
  /** Evaluates and explains: `check` is the condition on an item of `scope`, `expected` says it in words. */
  readonly compile: (scope: Scope, check: Check, expected: string) => Requirement
  readonly constraints: (question: Question) => ValueConstraints
}

/** Reports a limit at a key of the condition, or the condition as a whole at an empty path. */
export type ReportLimit = (path: Path, actual: unknown, expected: string) => void

/** For operators whose shapes check the keys completely. */
export const noLimits = (): void => {}

/** Reports a condition that has none of these keys. */
export const needsOneOf = (condition: object, keys: ReadonlyArray<string>, report: ReportLimit): void => {
  if (!keys.some((key) => Object.hasOwn(condition, key))) {
    report([], condition, `a condition with at least one of the keys ${keys.join(", ")}`)
  }
}

/** Reports a `max` below `min`. */
export const needsMinBelowMax = (
  { min = -Infinity, max = Infinity }: { readonly min?: Exact; readonly max?: Exact },
  report: ReportLimit,
): void => {
  if (compareLimits(min, max) > 0) report(["max"], max, `at least min, which is ${printValue(min)}`)
}

type Conditions<K extends Shape.Fields> = Shape.TypeOf<Shape.ObjectOfFields<K>>

/** The definition of an operator that asks for a value: without one its truth is unknown, unless it is `optional`. */
export const onValue = <const K extends Shape.Fields>(
  definition: Omit<OperatorDefinition<Conditions<K>>, "keys" | "whenMissing"> & { readonly keys: K },
) => ({
  ...definition,
  keys: { ...definition.keys, optional: Shape.optional(Optional) },
  whenMissing: Unknown as Truth,
})

/** The definition of an operator that asks whether there is a value at all. */
export const onPresence = (definition: Omit<OperatorDefinition<object>, "keys">) => ({
  ...definition,
  keys: {},
})

/** The most values that a sentence lists. */
const maxListed = 5

/** `"a"`, `"a" or "b"`, `"a", "b" or 12 more`. */
export const oneOf = (values: ReadonlyArray<unknown>): string => alternatives(values.map(printValue))

/** The same for texts that are printed as they are. */
export const alternatives = (texts: ReadonlyArray<string>): string => {
  const listed = texts.length > maxListed ? texts.slice(0, maxListed - 1) : texts
  const rest = texts.length - listed.length
  const all = rest > 0 ? [...listed, `${rest} more`] : listed
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`
}

/** `2 to 5 items`, `at least 1 item`, `at most 3 items`, `exactly 2 items`. */
export const counted = (min: number | undefined, max: number | undefined, thing: string): string => {
  const things = (count: number | undefined) => `${count} ${thing}${count === 1 ? "" : "s"}`
  if (min === max) return `exactly ${things(min)}`
  if (max === undefined) return `at least ${things(min)}`
  return min === undefined ? `at most ${things(max)}` : `${min} to ${things(max)}`
}

/** ` in any case`, where case is ignored. */
export const inAnyCase = (ignoreCase: boolean): string => (ignoreCase ? " in any case" : "")
