/** Moments, days and lengths of time, by the Gregorian calendar in UTC. */
import { daysIn } from "@lead-gateway/lead-field"

/** One day in milliseconds. */
const dayMs = 86_400_000

/** A time of day; after a space, hours and minutes with a `-` behind them are an interval: `10:00-12:00`. */
const timeOfDay =
  /^(?! \d\d:\d\d-)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/

/**
 * Parses an ISO 8601 date, or date and time: milliseconds since 1970 in UTC, or NaN.
 *
 * NaN for any other text, also `2026-02-01 10:00-12:00`, an interval, and for what does not exist: `2026-02-29`, `24:00`. A date is its first
 * moment; a time without an offset is in UTC. `T` may be `t` or a space, and `+0200` and `+02` are `+02:00`. A second 60 is read
 * where RFC 3339 (5.7) allows a leap second, at the end of June or December in UTC since 1972: as the last millisecond of that day.
 */
export const momentOf = (text: string): number => {
  if (text.length < 10 || text.length > 40) return Number.NaN
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash) return Number.NaN
  const day = dayNumber(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10))
  if (text.length === 10) return day * dayMs
  const moment = day * dayMs + sinceMidnight(text.slice(10))
  return text.startsWith("60", 17) && !mayBeLeapSecond(moment) ? Number.NaN : moment
}

/** Whether a moment is the last millisecond of June or December, in 1972 or later: nobody knows yet which years to come. */
const mayBeLeapSecond = (moment: number): boolean => {
  const next = new Date(moment + 1)
  const isMidnight = (moment + 1) % dayMs === 0
  return isMidnight && next.getUTCDate() === 1 && next.getUTCMonth() % 6 === 0 && moment > firstOf1972
}

const firstOf1972 = Date.UTC(1972, 0)

/** The last millisecond of the day that a text names, or the moment itself where it has a time. */
export const endOf = (text: string): number => momentOf(text) + (text.length === 10 ? dayMs - 1 : 0)

/** The day of a moment in UTC, counted from 1970-01-01. */
export const dayOf = (moment: number): number => Math.floor(moment / dayMs)

const dash = 0x2d

/** The number that these characters spell; NaN where one of them is not a digit. */
const digits = (text: string, from: number, to: number): number => {
  let number = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** The day counted from 1970-01-01; NaN for a day that does not exist. Years start in March here, so a leap day is the last. */
const dayNumber = (year: number, month: number, day: number): number => {
  // Negated, so that NaN is refused too.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

const sinceMidnight = (text: string): number => {
  const match = timeOfDay.exec(text)
  if (match === null) return Number.NaN
  const [, hour, minute, second = "0", fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  const [oh, om] = [Number(offsetHours), Number(offsetMinutes)]
  if (h > 23 || m > 59 || s > 60 || oh > 23 || om > 59) return Number.NaN
  const offset = (oh * 60 + om) * (sign === "-" ? -60 : 60)
  // A leap second is part of its day, and no moment of it is before the second 59.
  if (s === 60) return ((h * 60 + m) * 60 + 60 - offset) * 1000 - 1
  return ((h * 60 + m) * 60 + s - offset) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"))
}

/** A length of time as a document writes it: `18 years`, `30 days`. */
export interface Span {
  readonly count: number
  readonly unit: "minute" | "hour" | "day" | "week" | "month" | "year"
}

/** Parses a span, whose form has been checked. */
export const spanOf = (text: string): Span => {
  const [count, units = ""] = text.split(" ")
  return { count: Number(count), unit: units.replace(/s$/, "") as Span["unit"] }
}

/** Whether a span counts days or more: then whole days are compared and the time of day does not matter. */
export const isOfDays = ({ unit }: Span): boolean => unit !== "minute" && unit !== "hour"

/**
 * The moment a span before (-1) or after (1) a moment; for a span of days the day, counted from 1970-01-01.
 *
 * Months and years follow the calendar. Where the month has no such day it is the month's last: a year before
 * 2028-02-29 is 2027-02-28.
 */
export const shift = (moment: number, { count, unit }: Span, direction: 1 | -1): number => {
  const by = count * direction
  switch (unit) {
    case "minute":
      return moment + by * 60_000
    case "hour":
      return moment + by * 3_600_000
    case "day":
      return dayOf(moment) + by
    case "week":
      return dayOf(moment) + by * 7
    case "month":
      return shiftMonths(dayOf(moment), by)
    case "year":
      return shiftMonths(dayOf(moment), by * 12)
  }
}

const shiftMonths = (day: number, by: number): number => {
  const date = new Date(day * dayMs)
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + by
  const year = Math.floor(months / 12)
  const month = months - year * 12 + 1
  return dayNumber(year, month, Math.min(date.getUTCDate(), daysIn(year, month)))
}
