/** What a text says of a point in time. */
export interface Moment {
  /** Milliseconds since 1970 in UTC: of a day, its first. */
  readonly start: number
  /** The same of a date and time; the last millisecond of a day. */
  readonly end: number
}

const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$/

/** One day in milliseconds. */
export const dayMs = 86_400_000

/**
 * Reads an ISO 8601 date, or a date and time; `undefined` for any other text and for days that no calendar has.
 *
 * A time without an offset is one in UTC. `2026-02-29` is none, `2028-02-29` is one, `24:00` is none.
 */
export const parseMoment = (text: string): Moment | undefined => {
  if (text.length < 10 || text.length > 40) return undefined
  const match = form.exec(text)
  if (match === null) return undefined
  const [, year = "", month = "", day = "", hour, minute = "", second = "0", fraction = "", , sign] = match
  const [, , , , , , , , , , offsetHours = "0", offsetMinutes = "0"] = match
  const start = startOfDay(Number(year), Number(month), Number(day))
  if (start === undefined) return undefined
  if (hour === undefined) return { start, end: start + dayMs - 1 }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined
  const ofDay = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -60 : 60)
  const moment = start + (ofDay - offset) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"))
  return { start: moment, end: moment }
}

/** The first millisecond of a day, or `undefined` where a month has no such day. */
const startOfDay = (year: number, month: number, day: number): number | undefined => {
  const date = new Date(0)
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}
