import { dayMs, dayNumber, dayOf, daysIn } from "./moment.ts"

/** A length of time as a document writes it: `18 years`, `30 days`. */
export interface Span {
  readonly count: number
  readonly unit: "minute" | "hour" | "day" | "week" | "month" | "year"
}

/** Parses a span. The schema has checked its form. */
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
