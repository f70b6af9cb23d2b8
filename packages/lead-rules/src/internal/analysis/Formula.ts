import type { Condition } from "../../Condition.ts"
import { leafRegion, type Level } from "./leafRegion.ts"
import type { Region } from "./Region.ts"

/** What a condition says, without `not`: a field has a value of a region, all of these, or one of these. */
export type Formula =
  | { readonly _tag: "Atom"; readonly field: string; readonly region: Region }
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<Formula> }
  | { readonly _tag: "Any"; readonly parts: ReadonlyArray<Formula> }

/**
 * The field that another is inside of; `.` is the value that is looked at, and inside of nothing.
 *
 * A path is written in one way only, so it is its own name, and those around it are its beginnings: no path is
 * taken apart, which for one of hundreds of keys would be done hundreds of times.
 */
export const fieldAround = (field: string): string | undefined => {
  if (field === ".") return undefined
  for (let dot = field.lastIndexOf("."); dot > 0; dot = field.lastIndexOf(".", dot - 1)) {
    if (!isEscaped(field, dot)) return field.slice(0, dot)
  }
  return "."
}

/** Whether a dot belongs to a key: an odd number of backslashes is before it. */
const isEscaped = (field: string, dot: number): boolean => {
  let start = dot
  while (field[start - 1] === "\\") start--
  return (dot - start) % 2 === 1
}

/**
 * The formula of a condition; `isNegated` for that of its contrary.
 *
 * A condition is met, unmet or cannot be told. So `not` is met where what it holds is not even bearable.
 */
export const formulaOf = (condition: Condition, level: Level, isNegated = false): Formula => {
  if ("not" in condition) return formulaOf(condition.not, level === "met" ? "bearable" : "met", !isNegated)
  if ("all" in condition || "any" in condition) {
    const isAll = "all" in condition
    const parts = (isAll ? condition.all : condition.any).map((part) => formulaOf(part, level, isNegated))
    return { _tag: isAll === isNegated ? "Any" : "All", parts }
  }
  return {
    _tag: "Atom",
    field: condition.field,
    region: leafRegion(condition, level, isNegated),
  }
}

/** The fields that a formula speaks of. */
export function* fieldsOf(formula: Formula): Generator<string> {
  if (formula._tag === "Atom") yield formula.field
  else for (const part of formula.parts) yield* fieldsOf(part)
}
