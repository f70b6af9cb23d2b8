import type { Condition } from "../../Condition.ts"
import { type Aim, conditionRegion } from "./conditionRegion.ts"
import type { Region } from "./Region.ts"

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
