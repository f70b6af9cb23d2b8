/** Numbers and times as their reader is used to them. */

const count = new Intl.NumberFormat()
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })
const shortClock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" })
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" })

/** A number of things. Example: `4,972`. */
export const formatCount = (value: number): string => count.format(value)

/** How often something happens, from a rate per second. Examples: `12.5 per second`, `30 per minute`, `none`. */
export const formatRate = (perSecond: number): string => {
  if (perSecond === 0) return "none"
  if (perSecond >= 1) return `${decimal.format(perSecond)} per second`
  return perSecond * 60 >= 1
    ? `${decimal.format(perSecond * 60)} per minute`
    : `${decimal.format(perSecond * 3600)} per hour`
}

/** A share from 0 to 1. Example: `2.5%`. */
export const formatShare = (value: number): string => percent.format(value)

/** A date with its time of day. */
export const formatMoment = (at: Date): string => moment.format(at)

/** A time of day; with its date if that is not today's. */
export const formatTime = (at: Date, now: Date): string =>
  at.toDateString() === now.toDateString() ? clock.format(at) : moment.format(at)

/** A place on the axis of a chart whose points are so far apart. */
export const formatAxis = (at: Date, stepMs: number): string =>
  stepMs < 86_400_000 ? shortClock.format(at) : day.format(at)

/** In UTC, for those who compare with logs. Example: `2026-01-21 10:35:00 UTC`. */
export const formatUtc = (at: Date): string => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const

/** How far a time is from now. Examples: `5 min. ago`, `in 2 hr.`. */
export const formatRelative = (at: Date, now: Date): string => {
  const ms = at.getTime() - now.getTime()
  const [unit, size] = units.find(([, size]) => Math.abs(ms) >= size) ?? units[3]
  return relative.format(Math.trunc(ms / size), unit)
}

/** How long something took. Examples: `84 ms`, `1.5 s`, `4 min`, `2 h`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1000) return `${count.format(Math.round(ms))} ms`
  if (ms < 120_000) return `${decimal.format(ms / 1000)} s`
  if (ms < 7_200_000) return `${count.format(Math.round(ms / 60_000))} min`
  return `${decimal.format(ms / 3_600_000)} h`
}
