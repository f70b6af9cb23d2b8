import { dayOf, endOf, momentOf } from "../moment.ts"
import { Met, Unmet } from "../Truth.ts"
import type { Requirement } from "./Operator.ts"
import { isOfDays, shift, type Span, spanOf } from "./span.ts"

/** What a date is asked for. */
export interface DateLimits {
  readonly from?: string
  readonly to?: string
  readonly min_age?: string
  readonly max_age?: string
  readonly min_ahead?: string
  readonly max_ahead?: string
}

export const date = (limits: DateLimits): Requirement => {
  const from = limits.from === undefined ? Number.NEGATIVE_INFINITY : momentOf(limits.from)
  const to = limits.to === undefined ? Number.POSITIVE_INFINITY : endOf(limits.to)
  const relative = relativeOf(limits)
  return {
    accepts: (value, now) => {
      if (typeof value !== "string") return Unmet
      const moment = momentOf(value)
      // NaN, for a text that is no date, is on no side of anything.
      if (!(moment >= from && moment <= to)) return Unmet
      for (const isWithin of relative) {
        if (!isWithin(moment, now)) return Unmet
      }
      return Met
    },
    wanted: wordsOf(limits),
    kinds: ["text"],
    verb: "is",
  }
}

type IsWithin = (moment: number, now: number) => boolean

const relativeOf = (limits: DateLimits): ReadonlyArray<IsWithin> => {
  const { min_age: minAge, max_age: maxAge, min_ahead: minAhead, max_ahead: maxAhead } = limits
  const spans = [minAge, maxAge, minAhead, maxAhead].filter((span) => span !== undefined)
  const alone = spans.length === 1
  return [
    ...(minAge === undefined ? [] : [notAfter(spanOf(minAge), -1)]),
    ...(maxAge === undefined ? [] : [notBefore(spanOf(maxAge), -1)]),
    ...(minAhead === undefined ? [] : [notBefore(spanOf(minAhead), 1)]),
    ...(maxAhead === undefined ? [] : [notAfter(spanOf(maxAhead), 1)]),
    // "At most 30 days ago" is not in the future, "at most 6 months ahead" not in the past.
    ...(alone && maxAge !== undefined ? [notAfter(nothing(spanOf(maxAge)), 1)] : []),
    ...(alone && maxAhead !== undefined ? [notBefore(nothing(spanOf(maxAhead)), 1)] : []),
  ]
}

/** No time at all, in days or in moments as another span. */
const nothing = (span: Span): Span => ({ count: 0, unit: isOfDays(span) ? "day" : "minute" })

const notAfter = (span: Span, direction: 1 | -1): IsWithin => {
  const limit = shifted(span, direction)
  return isOfDays(span) ? (moment, now) => dayOf(moment) <= limit(now) : (moment, now) => moment <= limit(now)
}

const notBefore = (span: Span, direction: 1 | -1): IsWithin => {
  const limit = shifted(span, direction)
  return isOfDays(span) ? (moment, now) => dayOf(moment) >= limit(now) : (moment, now) => moment >= limit(now)
}

/** {@link shift}, which has the calendar to look into, of one `now` after the other: they are mostly the same. */
const shifted = (span: Span, direction: 1 | -1): ((now: number) => number) => {
  const ofDays = isOfDays(span)
  let lastTime = Number.NaN
  let last = Number.NaN
  return (now) => {
    const time = ofDays ? dayOf(now) : now
    if (time !== lastTime) {
      last = shift(now, span, direction)
      lastTime = time
    }
    return last
  }
}

const wordsOf = (limits: DateLimits): string => {
  const { from, to, min_age: minAge, max_age: maxAge, min_ahead: minAhead, max_ahead: maxAhead } = limits
  const bounds = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`until ${to}`]),
    ...(minAge === undefined ? [] : [`at least ${minAge} ago`]),
    ...(maxAge === undefined ? [] : [`at most ${maxAge} ago`]),
    ...(minAhead === undefined ? [] : [`at least ${minAhead} ahead`]),
    ...(maxAhead === undefined ? [] : [`at most ${maxAhead} ahead`]),
  ]
  return `be a date ${bounds.join(" and ")}`
}
