import type { ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { endOf, momentOf, spanOf } from "../calendar.ts"
import { type Exact, fold } from "../comparison.ts"
import type { PatternMemory } from "../pattern/PatternMemory.ts"
import { type Constraint, isUnsatisfiable, type Opaque, type Texts } from "./Constraint.ts"
import { languageOf } from "./Language.ts"
import { between, type Limits, points, type Ranges } from "./Ranges.ts"
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

/** Constraints on texts alone. */
export const onTexts = (
  exact: AspectConstraint,
  implied: ReadonlyArray<AspectConstraint> = [],
): ValueConstraints => new Map([["text", { exact, implied }]])

/** Lists with so many items. */
export const listsOf = (limits: Limits): ValueConstraints =>
  new Map([["list", { exact: ["items", between({ min: 0, ...limits }, "always")] }]])

type Values = ReadonlyArray<string | Exact | boolean>

/** For one of these values; `name` is the same for the same values. */
export const oneOfValues = (
  values: Values,
  name: string,
  ignoreCase: boolean | undefined,
): ValueConstraints => {
  const texts = values.filter((value) => typeof value === "string")
  const numbers = values.filter((value) => typeof value === "number")
  const booleans = values.filter((value) => typeof value === "boolean")
  const constraints = new Map<ValueKind, KindConstraint>()
  if (texts.length > 0) constraints.set("text", { exact: equalTexts(texts, ignoreCase) })
  // The analysis calculates with doubles.
  if (values.some(isRawNumber)) constraints.set("number", { exact: [name, opaque(() => undefined)] })
  else if (numbers.length > 0) constraints.set("number", { exact: ["value", points(numbers)] })
  if (booleans.length > 0) {
    constraints.set("boolean", { exact: ["value", points(booleans.map(Number), "always")] })
  }
  return constraints
}

/** For any value but these; `name` is the same for the same values. */
export const noneOfValues = (
  values: Values,
  name: string,
  ignoreCase: boolean | undefined,
): ValueConstraints => {
  const excluded = oneOfValues(values, name, ignoreCase)
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

/** The limits on a date: fixed ones, and ones relative to the time of evaluation. */
export interface DateLimits {
  readonly from?: string
  readonly to?: string
  readonly min_age?: string
  readonly max_age?: string
  readonly min_ahead?: string
  readonly max_ahead?: string
}

/** For dates within limits; `name` is the same for the same limits. */
export const dateConstraints = (limits: DateLimits, name: string): ValueConstraints => {
  const { from, to } = limits
  const moments = between(
    {
      min: from === undefined ? undefined : momentOf(from),
      max: to === undefined ? undefined : endOf(to),
    },
    "always",
  )
  const age = ageOf(limits)
  if (age === undefined) return onTexts(["moment", moments])
  // Which moments meet relative limits depends on the time of evaluation.
  return onTexts(
    [name, opaque(() => undefined)],
    [
      ["moment", moments],
      ["age", age],
    ],
  )
}

/** The least and the most days in a unit. */
const daysOf = {
  minute: [1 / 1440, 1 / 1440],
  hour: [1 / 24, 1 / 24],
  day: [1, 1],
  week: [7, 7],
  month: [28, 31],
  year: [365, 366],
} as const

/** Whole days are compared, each in UTC, so a moment may be off by as much as this. */
const slack = 3

/**
 * How many days before (negative) or after the time of evaluation a date may lie, or somewhat more; `undefined`
 * without relative limits.
 */
const ageOf = ({ min_age, max_age, min_ahead, max_ahead }: DateLimits): Ranges | undefined => {
  if (min_age ?? max_age ?? min_ahead ?? max_ahead) {
    return between({
      min: greatest([max_age && -days(max_age, 1) - slack, min_ahead && days(min_ahead, 0) - slack]),
      max: least([min_age && -days(min_age, 0) + slack, max_ahead && days(max_ahead, 1) + slack]),
    })
  }
  return undefined
}

const days = (span: string, which: 0 | 1): number => {
  const { count, unit } = spanOf(span)
  return count * daysOf[unit][which]
}

type Bounds = ReadonlyArray<number | "" | undefined>

const numbersIn = (bounds: Bounds): ReadonlyArray<number> =>
  bounds.filter((bound) => typeof bound === "number")

const greatest = (bounds: Bounds): number =>
  numbersIn(bounds).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

const least = (bounds: Bounds): number =>
  numbersIn(bounds).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
