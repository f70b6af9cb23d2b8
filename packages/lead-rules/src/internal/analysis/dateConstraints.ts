import { endOf, momentOf } from "../moment.ts"
import { spanOf } from "../span.ts"
import { between, type Ranges } from "./Ranges.ts"
import { onTexts } from "./textConstraints.ts"
import { opaque, type ValueConstraints } from "./valueConstraints.ts"

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
