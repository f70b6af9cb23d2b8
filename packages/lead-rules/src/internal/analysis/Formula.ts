import type { ValueKind } from "@lead-gateway/lead-field"
import type { Condition, FieldCondition, ItemCondition } from "../../Condition.ts"
import { definitionOf, quantifierDefinitions } from "../operators/table.ts"
import type { PatternMemory } from "../pattern/PatternMemory.ts"
import { Met, type Truth, Unknown } from "../Truth.ts"
import { isUnsatisfiable } from "./Constraint.ts"
import { type Aspects, complementWithin, kinds, type Region } from "./Region.ts"
import {
  type KindConstraint,
  type Level,
  opaque,
  type Question,
  type ValueConstraints,
} from "./ValueConstraints.ts"

/** A condition in negation normal form: a field has a value in a region, all of several formulas, or one of them. */
export type Formula =
  | { readonly _tag: "Atom"; readonly field: string; readonly region: Region }
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<Formula> }
  | { readonly _tag: "Any"; readonly parts: ReadonlyArray<Formula> }

/**
 * The field that contains another; nothing contains `.`, the value itself.
 *
 * A path has one spelling, so it serves as the field's name, and the containing fields are its prefixes. No path is
 * parsed, which for one of hundreds of keys would happen hundreds of times.
 */
export const parentOf = (field: string): string | undefined => {
  if (field === ".") return undefined
  for (let dot = field.lastIndexOf("."); dot > 0; dot = field.lastIndexOf(".", dot - 1)) {
    if (!isEscaped(field, dot)) return field.slice(0, dot)
  }
  return "."
}

/** Whether a dot belongs to a key: an odd number of backslashes precedes it. */
const isEscaped = (field: string, dot: number): boolean => {
  let start = dot
  while (field[start - 1] === "\\") start--
  return (dot - start) % 2 === 1
}

/**
 * The formula for a condition being met, or not refuted; where `isNegated` the formula for the opposite.
 *
 * A condition is met, unmet or unknown, so `not` is met exactly where the condition inside it is refuted.
 */
export const formulaOf = (condition: Condition, aim: Aim): Formula => {
  const { level, isNegated } = aim
  if ("not" in condition) {
    return formulaOf(condition.not, {
      ...aim,
      level: level === "met" ? "notRefuted" : "met",
      isNegated: !isNegated,
    })
  }
  if ("all" in condition || "any" in condition) {
    const isAll = "all" in condition
    const parts = (isAll ? condition.all : condition.any).map((part) => formulaOf(part, aim))
    return { _tag: isAll === isNegated ? "Any" : "All", parts }
  }
  return {
    _tag: "Atom",
    field: condition.field,
    region: conditionRegion(condition, aim),
  }
}

/** The fields in a formula. */
export function* fieldsOf(formula: Formula): Generator<string> {
  if (formula._tag === "Atom") yield formula.field
  else for (const part of formula.parts) yield* fieldsOf(part)
}

type Leaf = FieldCondition | ItemCondition

/** Conditions on items that items never or always meet, as far as that is known. */
type Items = ReadonlyMap<Condition, "never" | "always">

/** What is to be said about a condition. */
export interface Aim {
  readonly level: Level
  /** Whether it is to be the opposite. */
  readonly isNegated: boolean
  readonly items: Items
  /** The memory for patterns that are tested. */
  readonly memory: PatternMemory
}

/** The values of its field for which a condition is met, or not refuted; where `isNegated` all other values. */
export const conditionRegion = (condition: Leaf, { level, isNegated, items, memory }: Aim): Region => {
  const name = nameOf(condition, level)
  const { whenMissing, constraints } = definedBy(condition, { name, level, memory }, items)
  const region = new Map<ValueKind, Aspects>()
  for (const kind of kinds) {
    const constraint = constraints.get(kind)
    const aspects = isNegated ? complementOf(kind, constraint, name) : aspectsOf(constraint)
    if (aspects !== undefined && !Array.from(aspects.values()).some(isUnsatisfiable))
      region.set(kind, aspects)
  }
  const acceptsMissing =
    whenMissing === Unknown
      ? level === "notRefuted" || ("optional" in condition && condition.optional)
      : whenMissing === Met
  return { missing: acceptsMissing !== isNegated, kinds: region }
}

const definedBy = (
  condition: Leaf,
  question: Question,
  items: Items,
): { readonly whenMissing: Truth; readonly constraints: ValueConstraints } => {
  if ("item" in condition) {
    const { constraints } = quantifierDefinitions[condition.operator]
    return {
      whenMissing: Unknown,
      constraints: constraints({ ...question, items: items.get(condition.item) }),
    }
  }
  const { constraints, whenMissing } = definitionOf(condition)
  return { whenMissing, constraints: constraints(condition, question) }
}

const aspectsOf = (constraint: KindConstraint | undefined): Aspects | undefined =>
  constraint && new Map([...(constraint.exact ? [constraint.exact] : []), ...(constraint.implied ?? [])])

const complementOf = (
  kind: ValueKind,
  constraint: KindConstraint | undefined,
  name: string,
): Aspects | undefined => {
  if (constraint === undefined) return new Map()
  if (constraint.exact === undefined) return undefined
  const [aspect, exact] = constraint.exact
  const complement = complementWithin(kind, aspect, exact)
  return new Map([complement ? [aspect, complement] : [`not ${name}`, opaque(() => undefined)]])
}

/** The same name for conditions that say the same, of whatever field. */
const nameOf = (condition: Leaf, level: Level): string => {
  const question: Record<string, unknown> = { ...condition }
  for (const key of ["field", "optional", "reason", "id", "message", "severity"]) delete question[key]
  return `${"item" in condition ? level : ""} ${JSON.stringify(question)}`
}
