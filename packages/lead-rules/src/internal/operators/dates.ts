/** The operator on dates. */
import { Shape } from "@lead-gateway/document-check"
import { dateConstraints, type DateLimits } from "../analysis/ValueConstraints.ts"
import { dayOf, endOf, isOfDays, momentOf, shift, type Span, spanOf } from "../calendar.ts"
import { Met, Unmet } from "../Truth.ts"
import { needsOneOf, onValue, type Requirement } from "./Operator.ts"

const expectedDate = "a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00"

const dateForm =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/u

const expectedSpan =
  "a whole number and a unit: minutes, hours, days, weeks, months or years, such as 18 years"

const spanForm = /^\d{1,4} (?:minute|hour|day|week|month|year)s?$/u

/** A fixed limit on a date: of a day that exists. */
const dateLimit = (description: string) =>
  Shape.text({
    form: dateForm,
    also: { holds: (text) => !Number.isNaN(momentOf(text)) },
    expected: expectedDate,
    description,
  })

/** A limit on a date relative to the time of evaluation. */
const spanLimit = (description: string) => Shape.text({ form: spanForm, expected: expectedSpan, description })

export const dates = {
  date: onValue({
    description:
      "The field must be an ISO 8601 date (2026-03-31) or date and time (2026-03-31T14:30:00+02:00; UTC where no offset is given) within these limits. Days are days in UTC.",
    aliases: [],
    keys: {
      from: Shape.optional(dateLimit("The first day or moment that will do.")),
      to: Shape.optional(dateLimit("The last day or moment that will do: of a day, all of it.")),
      min_age: Shape.optional(spanLimit('At least so long ago: "18 years" for a date of birth.')),
      max_age: Shape.optional(
        spanLimit("At most so long ago, and not in the future unless max_ahead says how far."),
      ),
      min_ahead: Shape.optional(spanLimit('At least so far ahead: "2 weeks".')),
      max_ahead: Shape.optional(
        spanLimit("At most so far ahead, and not in the past unless max_age says how far."),
      ),
    },
    checkLimits: (condition, report) => {
      const { from, to } = condition
      needsOneOf(condition, ["from", "to", "min_age", "max_age", "min_ahead", "max_ahead"], report)
      if (from !== undefined && to !== undefined && momentOf(from) > endOf(to)) {
        report(["to"], to, `not before from, which is ${from}`)
      }
    },
    compile: (condition) => isDateWithin(condition),
    constraints: (condition, { name }) => dateConstraints(condition, name),
  }),
}

const isDateWithin = (limits: DateLimits): Requirement => {
  const from = limits.from === undefined ? Number.NEGATIVE_INFINITY : momentOf(limits.from)
  const to = limits.to === undefined ? Number.POSITIVE_INFINITY : endOf(limits.to)
  const relative = relativeTo(limits)
  return {
    accepts: (value, now) => {
      if (typeof value !== "string") return Unmet
      const moment = momentOf(value)
      // NaN, of a text that is not a date, fails every comparison.
      if (!(moment >= from && moment <= to)) return Unmet
      for (const isWithin of relative) {
        if (!isWithin(moment, now)) return Unmet
      }
      return Met
    },
    expected: expectedOf(limits),
    kinds: ["text"],
    verb: "is",
  }
}

type IsWithin = (moment: number, now: number) => boolean

/** The limits that are relative to the time of evaluation. */
const relativeTo = (limits: DateLimits): ReadonlyArray<IsWithin> => {
  const { min_age: minAge, max_age: maxAge, min_ahead: minAhead, max_ahead: maxAhead } = limits
  const spans = [minAge, maxAge, minAhead, maxAhead].filter((span) => span !== undefined)
  const isOnly = spans.length === 1
  return [
    ...(minAge === undefined ? [] : [notAfter(spanOf(minAge), -1)]),
    ...(maxAge === undefined ? [] : [notBefore(spanOf(maxAge), -1)]),
    ...(minAhead === undefined ? [] : [notBefore(spanOf(minAhead), 1)]),
    ...(maxAhead === undefined ? [] : [notAfter(spanOf(maxAhead), 1)]),
    // "At most 30 days ago" excludes the future, "at most 6 months ahead" the past.
    ...(isOnly && maxAge !== undefined ? [notAfter(zeroLike(spanOf(maxAge)), 1)] : []),
    ...(isOnly && maxAhead !== undefined ? [notBefore(zeroLike(spanOf(maxAhead)), 1)] : []),
  ]
}

/** No time at all, compared by days or by moments as another span is. */
const zeroLike = (span: Span): Span => ({ count: 0, unit: isOfDays(span) ? "day" : "minute" })

const notAfter = (span: Span, direction: 1 | -1): IsWithin => {
  const limit = shifted(span, direction)
  return isOfDays(span) ? (moment, now) => dayOf(moment) <= limit(now) : (moment, now) => moment <= limit(now)
}

const notBefore = (span: Span, direction: 1 | -1): IsWithin => {
  const limit = shifted(span, direction)
  return isOfDays(span) ? (moment, now) => dayOf(moment) >= limit(now) : (moment, now) => moment >= limit(now)
}

/** {@link shift}, which does calendar arithmetic, cached for the last time: successive times are mostly equal. */
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

const expectedOf = (limits: DateLimits): string => {
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
