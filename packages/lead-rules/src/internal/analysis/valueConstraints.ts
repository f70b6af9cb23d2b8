import type { ValueKind } from "@lead-gateway/lead-field"
import type { PatternMemory } from "../PatternMemory.ts"
import { fold } from "../text.ts"
import { type Constraint, isUnsatisfiable, type Opaque, type Texts } from "./Constraint.ts"
import { languageOf } from "./Language.ts"
import { between, type Limits, points } from "./Ranges.ts"
import { complementWithin, kinds } from "./Region.ts"

/**
 * What a condition demands of the values of each kind. No value of a kind that is not here meets it.
 */
export type ValueConstraints = ReadonlyMap<ValueKind, KindConstraint>

/** An aspect of a value, such as its length, and what it must be. */
export type AspectConstraint = readonly [aspect: string, constraint: Constraint]

/** What a condition demands of the values of one kind. */
export interface KindConstraint {
  /** The whole demand, as a constraint on one aspect. Every value of the kind meets a condition without one. */
  readonly exact?: AspectConstraint
  /** What follows from it for other aspects. */
  readonly implied?: ReadonlyArray<AspectConstraint>
}

/** How the analysis refers to a condition. */
export interface Question {
  /** Equal for conditions that say the same, of whatever field. */
  readonly name: string
  /** They differ only for conditions on items: an item may lack a field. */
  readonly level: Level
  readonly memory: PatternMemory
  /** Whether items never or always meet the condition on them, where the analysis has found that. */
  readonly items?: "never" | "always" | undefined
}

/** `met`: a condition is met. `notRefuted`: it is met, or unknown because a field is missing. */
export type Level = "met" | "notRefuted"

/** A condition of which the analysis only knows which texts meet it, if that. */
export const opaque = (test: Opaque["test"]): Opaque => ({ _tag: "Opaque", holds: true, test })

/** For conditions on the items of a list, which are not analysed unless items never or always meet them. */
export const itemConstraints = (
  quantifier: "some" | "every",
  { name, level, items }: Question,
): ValueConstraints => {
  if (items === "always") return quantifier === "some" ? listsOf({ min: 1 }) : listsOf({ min: 0 })
  if (items === "never" && level === "met") return quantifier === "some" ? new Map() : listsOf({ max: 0 })
  const needsItem = quantifier === "some" && level === "met"
  return new Map<ValueKind, KindConstraint>([
    [
      "list",
      {
        exact: [name, opaque(() => undefined)],
        implied: needsItem ? [["items", between({ min: 1 }, "always")]] : [],
      },
    ],
  ])
}

/** Lists with so many items. */
export const listsOf = (limits: Limits): ValueConstraints =>
  new Map([["list", { exact: ["items", between({ min: 0, ...limits }, "always")] }]])

type Values = ReadonlyArray<string | number | boolean>

/** For one of these values. */
export const oneOfValues = (values: Values, ignoreCase: boolean | undefined): ValueConstraints => {
  const texts = values.filter((value) => typeof value === "string")
  const numbers = values.filter((value) => typeof value === "number")
  const booleans = values.filter((value) => typeof value === "boolean")
  const constraints = new Map<ValueKind, KindConstraint>()
  if (texts.length > 0) constraints.set("text", { exact: equalTexts(texts, ignoreCase) })
  if (numbers.length > 0) constraints.set("number", { exact: ["value", points(numbers)] })
  if (booleans.length > 0) {
    constraints.set("boolean", { exact: ["value", points(booleans.map(Number), "always")] })
  }
  return constraints
}

/** For any value but these. */
export const noneOfValues = (values: Values, ignoreCase: boolean | undefined): ValueConstraints => {
  const excluded = oneOfValues(values, ignoreCase)
  const constraints = new Map<ValueKind, KindConstraint>()
  for (const kind of kinds) {
    const [aspect, constraint] = excluded.get(kind)?.exact ?? []
    if (aspect === undefined || constraint === undefined) constraints.set(kind, {})
    else {
      const complement = complementWithin(kind, aspect, constraint)
      if (complement !== undefined && !isUnsatisfiable(complement)) {
        constraints.set(kind, { exact: [aspect, complement] })
      }
    }
  }
  return constraints
}

const equalTexts = (
  texts: ReadonlyArray<string>,
  ignoreCase: boolean | undefined,
): readonly [string, Texts] =>
  ignoreCase === true
    ? ["folded", { _tag: "Texts", within: languageOf({ texts: texts.map(fold) }), outside: [] }]
    : ["text", { _tag: "Texts", within: languageOf({ texts }), outside: [] }]
