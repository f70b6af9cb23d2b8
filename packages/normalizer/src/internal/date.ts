import { daysIn } from "@lead-gateway/lead-field"
import type { DayOrder } from "../FieldDeclaration.ts"

/** How ambiguous dates are read. */
export interface DateReading {
  readonly order: DayOrder | undefined
  /** The first of the hundred years in which a year of two digits lies. */
  readonly twoDigitYearsFrom: number | undefined
}

/** Longer texts are not read as dates. */
const maxLength = 64

/** A time of day after a date: `T14:30:05.123+01:00`, ` 14:30 Uhr`, `, 2:30 pm`. */
const time =
  /(?:t|,? (?:um |at )?)(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?: ?([ap]m)| uhr)? ?(z|[+-]\d{2}(?::?\d{2})?)?$/

/**
 * Reads a date from a clean text, in ISO 8601: `2026-02-01`, with a time `2026-02-01T14:30`.
 *
 * `undefined` for a text that is not a date, for a date that does not exist and for an ambiguous one.
 */
export const readDate = (text: string, reading: DateReading): string | undefined => {
  if (text.length > maxLength) return undefined
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8)].map(Number)
    return isRealDay(year ?? 0, month ?? 0, day ?? 0) ? text : undefined
  }
  const lower = text.toLowerCase()
  const at = time.exec(lower)
  const date = dateOf(at === null ? lower : lower.slice(0, at.index), reading)
  if (date === undefined || at === null) return date
  const clock = clockOf(at, date)
  return clock === undefined ? undefined : `${date}T${clock}`
}

/** Whether a text is a date in either order, complete or a day and the name of a month: `3/10/84`, `12. March`, `20260201`. */
export const isDateLike = (text: string): boolean => {
  if (text.length > maxLength || !/^[\d\p{L}]/u.test(text)) return false
  const [, day, name = ""] = /^(\d{1,2})\.? ?(\p{L}{3,})\.?$/u.exec(text.toLowerCase()) ?? []
  if (day !== undefined) return Number(day) <= 31 && monthOf(name) !== undefined
  if (/^(?:19|20)\d{6}$/.test(text)) {
    return isRealDay(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))
  }
  return (
    readDate(text, { order: "day_first", twoDigitYearsFrom: 1930 }) !== undefined ||
    readDate(text, { order: "month_first", twoDigitYearsFrom: 1930 }) !== undefined
  )
}

/** Reads a date with an optional weekday before it, which must be the right one. */
const dateOf = (text: string, reading: DateReading): string | undefined => {
  const [all = "", name = ""] = /^(\p{L}+)\.?,? /u.exec(text) ?? []
  const weekday = weekdayOf(name)
  if (weekday === undefined) return plainDateOf(text, reading)
  const date = plainDateOf(text.slice(all.length), reading)
  return date !== undefined && new Date(date).getUTCDay() === weekday ? date : undefined
}

const plainDateOf = (text: string, reading: DateReading): string | undefined => {
  const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text)
  if (yearFirst !== null) return isoOf(Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4]))
  const yearLast = /^(\d{1,2})(\. ?|[-/])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text)
  if (yearLast !== null) {
    const [, first = "", separator = "", second = "", year = ""] = yearLast
    // 26-02-01 may be an abbreviated ISO 8601 date.
    if (separator === "-" && year.length === 2) return undefined
    // With points the day comes first in every language that uses them.
    const order = separator.startsWith(".") ? "day_first" : reading.order
    return inOrder(Number(first), Number(second), yearOf(year, reading), order)
  }
  const dayFirst = /^(\d{1,2})(?:\.|st|nd|rd|th)?(?: of)?[ -]?(\p{L}+)\.?,?[ -]?(\d{4}|\d{2})$/u.exec(text)
  if (dayFirst !== null) {
    return isoOf(yearOf(dayFirst[3] ?? "", reading), monthOf(dayFirst[2] ?? ""), Number(dayFirst[1]))
  }
  const monthFirst = /^(\p{L}+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:, ?| )(\d{4})$/u.exec(text)
  return monthFirst === null
    ? undefined
    : isoOf(Number(monthFirst[3]), monthOf(monthFirst[1] ?? ""), Number(monthFirst[2]))
}

/** Reads day and month in the configured order, or without one in the only order that gives a date. */
const inOrder = (
  first: number,
  second: number,
  year: number | undefined,
  order: DayOrder | undefined,
): string | undefined => {
  if (order !== "month_first" && order !== "day_first") {
    const dayFirst = isoOf(year, second, first)
    const monthFirst = isoOf(year, first, second)
    return dayFirst === undefined || monthFirst === undefined || dayFirst === monthFirst
      ? (dayFirst ?? monthFirst)
      : undefined
  }
  return order === "day_first" ? isoOf(year, second, first) : isoOf(year, first, second)
}

const yearOf = (text: string, { twoDigitYearsFrom: from }: DateReading): number | undefined => {
  if (text.length === 4) return Number(text)
  return from === undefined ? undefined : from + ((((Number(text) - from) % 100) + 100) % 100)
}

const isoOf = (year: number | undefined, month: number | undefined, day: number): string | undefined =>
  year === undefined || month === undefined || !isRealDay(year, month, day)
    ? undefined
    : `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`

/** A time of day in ISO 8601, with seconds and zone if the text has them; `24:00` is not read. */
const clockOf = (
  [all, hours = "", minutes = "", seconds, fraction = "", half, zone]: RegExpExecArray,
  date: string,
): string | undefined => {
  // Without the T or the seconds of a timestamp `10:00-12:00` is an interval, not a time with an offset.
  if (zone?.startsWith("-") === true && !all.startsWith("t") && seconds === undefined) return undefined
  const written = Number(hours)
  if (half !== undefined && (written < 1 || written > 12)) return undefined
  const hour = half === undefined ? written : (written % 12) + (half === "pm" ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined
  const offset = zone === undefined ? "" : offsetOf(zone)
  if (offset === undefined) return undefined
  const minute = `${twoDigits(hour)}:${minutes}`
  if (seconds === "60" && !hasLeapSecond(`${date}T${minute}${offset === "" ? "Z" : offset}`)) return undefined
  return `${minute}${seconds === undefined ? "" : `:${seconds}${fraction}`}${offset}`
}

/**
 * Whether a minute may have a second 60: the last one of June or December in UTC, since 1972 (RFC 3339, section 5.7).
 * Which years have one is announced half a year ahead, so a list would be outdated.
 */
const hasLeapSecond = (minute: string): boolean => {
  const utc = new Date(minute)
  return (
    !Number.isNaN(utc.getTime()) &&
    utc.getUTCFullYear() >= 1972 &&
    /-(?:06-30|12-31)T23:59:/.test(utc.toISOString())
  )
}

const offsetOf = (zone: string): string | undefined => {
  if (zone === "z") return "Z"
  const hours = zone.slice(0, 3)
  const minutes = zone.slice(3).replace(":", "") || "00"
  // The range of RFC 3339, as in lead-rules; the offsets in use are from -12:00 to +14:00.
  return Number(hours.slice(1)) <= 23 && Number(minutes) <= 59 ? `${hours}:${minutes}` : undefined
}

const twoDigits = (number: number): string => String(number).padStart(2, "0")

const monthNames = [
  "januar january jan jänner jaenner jän",
  "februar february feb feber",
  "märz march mar mär maerz mrz",
  "april apr",
  "mai may",
  "juni june jun",
  "juli july jul",
  "august aug",
  "september sep sept",
  "oktober october okt oct",
  "november nov",
  "dezember december dez dec",
]

const months: ReadonlyMap<string, number> = new Map(
  monthNames.flatMap((line, index) => line.split(" ").map((name): [string, number] => [name, index + 1])),
)

/** The number of a month, 1 to 12, by its German or English name or a usual abbreviation, in lower case. */
const monthOf = (name: string): number | undefined => months.get(name)

const weekdays: ReadonlyMap<string, number> = new Map(
  [
    "sonntag sunday so sun",
    "montag monday mo mon",
    "dienstag tuesday di tue tues",
    "mittwoch wednesday mi wed",
    "donnerstag thursday do thu thur thurs",
    "freitag friday fr fri",
    "samstag sonnabend saturday sa sat",
  ].flatMap((line, index) => line.split(" ").map((name): [string, number] => [name, index])),
)

/** The number of a weekday, 0 for Sunday to 6, by its German or English name or abbreviation, in lower case. */
const weekdayOf = (name: string): number | undefined => weekdays.get(name)

/** Whether the date exists in the Gregorian calendar, years 1 to 9999. */
const isRealDay = (year: number, month: number, day: number): boolean =>
  year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
