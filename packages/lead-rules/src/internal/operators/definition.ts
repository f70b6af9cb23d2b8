import type { Path } from "@lead-gateway/document-check"
import type { Schema } from "effect"
import type { Question, ValueConstraints } from "../analysis/valueConstraints.ts"
import type { PatternMemory } from "../PatternMemory.ts"
import type { Check } from "../program/check.ts"
import type { Scope } from "../program/Scope.ts"
import { Optional } from "../schema/keys.ts"
import { type Truth, Unknown } from "../Truth.ts"
import type { Requirement } from "./Operator.ts"

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
  readonly keys: Schema.Struct.Fields
  /** The truth for a missing field. Where it is `Unknown`, a condition may be `optional`. */
  readonly whenMissing: Truth
  /** Reports what no schema can say about the keys: that one of several is needed, limits that exclude each other. */
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

/** For operators whose keys the schema checks completely. */
export const noLimits = (): void => {}

/** Reports a condition that has none of these keys. */
export const needsOneOf = (condition: object, keys: ReadonlyArray<string>, report: ReportLimit): void => {
  if (!keys.some((key) => Object.hasOwn(condition, key))) {
    report([], condition, `a condition with at least one of the keys ${keys.join(", ")}`)
  }
}

/** Reports a `max` below `min`. */
export const needsMinBelowMax = (
  { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number },
  report: ReportLimit,
): void => {
  if (min > max) report(["max"], max, `at least min, which is ${min}`)
}

type Keys = Schema.Struct.Fields
type Conditions<K extends Keys> = Schema.Struct.Type<K>

/** The definition of an operator that asks for a value: without one its truth is unknown, unless it is `optional`. */
export const onValue = <const K extends Keys>(
  definition: Omit<OperatorDefinition<Conditions<K>>, "keys" | "whenMissing"> & { readonly keys: K },
) => ({
  ...definition,
  keys: { ...definition.keys, optional: Optional },
  whenMissing: Unknown as Truth,
})

/** The definition of an operator that asks whether there is a value at all. */
export const onPresence = (definition: Omit<OperatorDefinition<object>, "keys">) => ({
  ...definition,
  keys: {},
})
