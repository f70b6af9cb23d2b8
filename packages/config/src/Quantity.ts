/** Kinds of values with a unit: durations, periods of calendar time, sizes. See `Kind.ts`. */
import { Duration, Option } from "effect"
import * as Kind from "./Kind.ts"

const millisPerUnit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** A whole number and a unit, `500ms`, `5s`, `10m`, `1h`, within a range. A number without unit is invalid. */
export const duration = (range: {
  readonly minimum: Duration.Duration
  readonly maximum: Duration.Duration
}): Kind.Kind<Duration.Duration> =>
  Kind.make(
    `a duration such as 500ms, 5s, 10m or 1h, from ${showDuration(range.minimum)} to ${showDuration(range.maximum)}`,
    showDuration(range.maximum),
    (text) => {
      const [, count, unit] = /^(\d{1,12})(ms|s|m|h)$/.exec(text) ?? []
      if (count === undefined || unit === undefined) return undefined
      const value = Duration.millis(Number(count) * millisPerUnit[unit as keyof typeof millisPerUnit])
      return Duration.between(value, range) ? value : undefined
    },
    showDuration,
  )

/** The duration in its largest whole unit: 90,000 ms are `90s`. */
const showDuration = (value: Duration.Duration): string => {
  const millis = Duration.toMillis(value)
  const unit =
    (["h", "m", "s", "ms"] as const).find((unit) => millis > 0 && millis % millisPerUnit[unit] === 0) ?? "s"
  return `${millis / millisPerUnit[unit]}${unit}`
}

/**
 * A span of calendar time, in the units of an `interval` of Postgres: months differ in length, and a day may have 23 to 25
 * hours. One of the three is above 0.
 */
export interface Period {
  readonly months: number
  readonly days: number
  readonly hours: number
}

const periodUnits = {
  y: { months: 12, days: 0, hours: 0 },
  mo: { months: 1, days: 0, hours: 0 },
  w: { months: 0, days: 7, hours: 0 },
  d: { months: 0, days: 1, hours: 0 },
  h: { months: 0, days: 0, hours: 1 },
} as const

/**
 * `off`, or a whole number and a unit from `h` to `y`: `72h`, `30d`, `6w`, `18mo`, `2y`. At most 100 years, a year
 * being counted as 12 months, 365 days or 8,760 hours.
 */
export const periodOrOff: Kind.Kind<Option.Option<Period>> = Kind.make(
  "off or a period such as 72h, 30d, 6w, 18mo or 2y, from 1h to 100y",
  "off",
  (text) => {
    if (/^off$/i.test(text)) return Option.none()
    const [, digits, unit] = /^(\d{1,9})(h|d|w|mo|y)$/.exec(text) ?? []
    if (digits === undefined || unit === undefined) return undefined
    const count = Number(digits)
    const { months, days, hours } = periodUnits[unit as keyof typeof periodUnits]
    const years = count * (months / 12 + days / 365 + hours / 8760)
    return years > 0 && years <= 100
      ? Option.some({ months: months * count, days: days * count, hours: hours * count })
      : undefined
  },
  Option.match({ onNone: () => "off", onSome: showPeriod }),
)

/** The period in its largest whole unit, as {@link periodOrOff} reads it: 24 months are `2y`. */
function showPeriod({ days, hours, months }: Period): string {
  if (months > 0) return months % 12 === 0 ? `${months / 12}y` : `${months}mo`
  if (days > 0) return days % 7 === 0 ? `${days / 7}w` : `${days}d`
  return `${hours}h`
}

const bytesPerUnit = { "": 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 } as const

/** A number of bytes, bare or in binary units: `1048576`, `1024KiB`, `1MiB`. */
export const bytes = (range: { readonly minimum: number; readonly maximum: number }): Kind.Kind<number> =>
  Kind.make(
    `a number of bytes such as 1048576, 512KiB or 1MiB, from ${showBytes(range.minimum)} to ${showBytes(range.maximum)}`,
    showBytes(range.maximum),
    (text) => {
      const [, count, unit] = /^(\d{1,12})\s?(kib|mib|gib|)$/.exec(text.toLowerCase()) ?? []
      if (count === undefined || unit === undefined) return undefined
      const value = Number(count) * bytesPerUnit[unit as keyof typeof bytesPerUnit]
      return value >= range.minimum && value <= range.maximum ? value : undefined
    },
    showBytes,
  )

const showBytes = (value: number): string => {
  if (value > 0 && value % bytesPerUnit.mib === 0) return `${value / bytesPerUnit.mib}MiB`
  return value > 0 && value % bytesPerUnit.kib === 0 ? `${value / bytesPerUnit.kib}KiB` : `${value}`
}
