import type { FieldCondition } from "../../Condition.ts"
import { spanOf } from "../operators/span.ts"
import { between, type Ranges } from "./Ranges.ts"

type Ages = Extract<FieldCondition, { readonly operator: "date" }>

/** The days that a unit has at least and at most. */
const daysOf = {
  minute: [1 / 1440, 1 / 1440],
  hour: [1 / 24, 1 / 24],
  day: [1, 1],
  week: [7, 7],
  month: [28, 31],
  year: [365, 366],
} as const

/** Whole days are compared, each in UTC, so a moment may be as much as this off. */
const slack = 3

/**
 * How many days before (negative) or after the moment of looking a date may be, or a few more; `undefined` where
 * nothing depends on that moment.
 */
export const ageOf = ({ min_age, max_age, min_ahead, max_ahead }: Ages): Ranges | undefined => {
  if (min_age ?? max_age ?? min_ahead ?? max_ahead) {
    return between({
      min: least([max_age && -days(max_age, 1) - slack, min_ahead && days(min_ahead, 0) - slack]),
      max: most([min_age && -days(min_age, 0) + slack, max_ahead && days(max_ahead, 1) + slack]),
    })
  }
  return undefined
}

const days = (span: string, which: 0 | 1): number => {
  const { count, unit } = spanOf(span)
  return count * daysOf[unit][which]
}

type Limits = ReadonlyArray<number | "" | undefined>

const numbers = (limits: Limits): ReadonlyArray<number> => limits.filter((limit) => typeof limit === "number")

const least = (limits: Limits): number =>
  numbers(limits).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

const most = (limits: Limits): number =>
  numbers(limits).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
