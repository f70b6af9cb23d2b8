/**
 * How the text of a variable becomes a value.
 *
 * A kind reads a text, says in words what it accepts, and prints a value back for people. Settings are made
 * of a name and a kind (see `Settings.ts`). Texts arrive non-empty; every kind except {@link secret} ignores
 * white space around them.
 */
import { Array, Duration, Option, Redacted, Result } from "effect"
import { isIP } from "node:net"

/** Reads one sort of value. */
export interface Kind<A> {
  /** What is accepted, as the end of "use …": `a whole number from 1 to 65535`. */
  readonly allowed: string
  /** A text that is accepted, for `.env.example`. */
  readonly example: string
  /** Secrets are never printed, and may come from a file named by `NAME_FILE`. */
  readonly secret: boolean
  /** The value, or what to use instead. The failure holds nothing of the text. */
  readonly read: (text: string) => Result.Result<A, string>
  /** The value as people write it. */
  readonly show: (value: A) => string
  /** A wrong text made fit for printing, without credentials. Not asked of secrets. */
  readonly quote: (text: string) => string
}

const make = <A>(
  allowed: string,
  example: string,
  read: (text: string) => A | undefined,
  show: (value: A) => string,
  quote: (text: string) => string = (text) => text,
): Kind<A> => ({
  allowed,
  example,
  secret: false,
  read: (text) => Result.fromNullishOr(read(text.trim()), () => allowed),
  show,
  quote,
})

/** The same kind with another example. */
export const withExample = <A>(kind: Kind<A>, example: string): Kind<A> => ({ ...kind, example })

/** Any text of at most 200 characters. */
export const text: Kind<string> = make(
  "a text of at most 200 characters",
  "text",
  (text) => (text.length <= 200 ? text : undefined),
  (value) => value,
)

/** The path of a file or folder, as given: a relative one counts from the working directory. */
export const path: Kind<string> = make(
  "a path",
  "folder",
  (text) => (text.includes("\0") ? undefined : text),
  (value) => value,
)

/** An IP address or a host name: `0.0.0.0`, `::1`, `db.internal`. */
export const host: Kind<string> = make(
  "a host name or an IP address",
  "localhost",
  (text) => (isIP(text) !== 0 || /^[a-z0-9_]([a-z0-9_.-]{0,252})$/i.test(text) ? text : undefined),
  (value) => value,
)

/** A whole number from `minimum` to `maximum`, both included. */
export const integer = (range: { readonly minimum: number; readonly maximum: number }): Kind<number> =>
  make(
    `a whole number from ${range.minimum} to ${range.maximum}`,
    String(range.minimum),
    (text) => (/^[+-]?\d+$/.test(text) ? within(Number(text), range) : undefined),
    String,
  )

/** `off`, or a number from `minimum` to `maximum`, both included, that may have decimals: `0.5`. */
export const numberOrOff = (range: {
  readonly minimum: number
  readonly maximum: number
}): Kind<Option.Option<number>> =>
  make(
    `off or a number from ${range.minimum} to ${range.maximum}`,
    "off",
    (text) => {
      if (/^off$/i.test(text)) return Option.none()
      const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? within(Number(text), range) : undefined
      return value === undefined ? undefined : Option.some(value)
    },
    (value) => String(Option.getOrElse(value, () => "off")),
  )

/** A port to connect to. */
export const port: Kind<number> = integer({ minimum: 1, maximum: 65_535 })

/** A port to listen on; 0 takes any free one. */
export const listenPort: Kind<number> = integer({ minimum: 0, maximum: 65_535 })

/** `true false 1 0 yes no on off`, in any case. */
export const boolean: Kind<boolean> = make(
  "true or false",
  "true",
  (text) => {
    if (/^(true|1|yes|on)$/i.test(text)) return true
    return /^(false|0|no|off)$/i.test(text) ? false : undefined
  },
  String,
)

/** One of some words, in any case. `note` is added to what is allowed. */
export const literals = <const L extends string>(words: ReadonlyArray<L>, note?: string): Kind<L> =>
  make(
    (words.length === 1 ? `${words[0]}` : `one of ${words.join(", ")}`) +
      (note === undefined ? "" : ` ${note}`),
    words[0] ?? "",
    (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()),
    (value) => value,
  )

const millisPerUnit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** A whole number and a unit, `500ms`, `5s`, `10m`, `1h`, within a range. A bare number is refused. */
export const duration = (range: {
  readonly minimum: Duration.Duration
  readonly maximum: Duration.Duration
}): Kind<Duration.Duration> =>
  make(
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

/** The shortest way to write a duration: 90,000 ms are `90s`. */
const showDuration = (value: Duration.Duration): string => {
  const millis = Duration.toMillis(value)
  const unit =
    (["h", "m", "s", "ms"] as const).find((unit) => millis > 0 && millis % millisPerUnit[unit] === 0) ?? "s"
  return `${millis / millisPerUnit[unit]}${unit}`
}

/**
 * A span of calendar time, in the units in which Postgres keeps an `interval`: a month is as long as the month
 * that it falls into, a day may have 23 to 25 hours. One of the three is above 0.
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
export const periodOrOff: Kind<Option.Option<Period>> = make(
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

/** The shortest way to write a period that {@link periodOrOff} reads: 24 months are `2y`. */
function showPeriod({ days, hours, months }: Period): string {
  if (months > 0) return months % 12 === 0 ? `${months / 12}y` : `${months}mo`
  if (days > 0) return days % 7 === 0 ? `${days / 7}w` : `${days}d`
  return `${hours}h`
}

const bytesPerUnit = { "": 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 } as const

/** A number of bytes, bare or in binary units: `1048576`, `1024KiB`, `1MiB`. */
export const bytes = (range: { readonly minimum: number; readonly maximum: number }): Kind<number> =>
  make(
    `a number of bytes such as 1048576, 512KiB or 1MiB, from ${showBytes(range.minimum)} to ${showBytes(range.maximum)}`,
    showBytes(range.maximum),
    (text) => {
      const [, count, unit] = /^(\d{1,12})\s?(kib|mib|gib|)$/.exec(text.toLowerCase()) ?? []
      if (count === undefined || unit === undefined) return undefined
      return within(Number(count) * bytesPerUnit[unit as keyof typeof bytesPerUnit], range)
    },
    showBytes,
  )

const showBytes = (value: number): string => {
  if (value > 0 && value % bytesPerUnit.mib === 0) return `${value / bytesPerUnit.mib}MiB`
  return value > 0 && value % bytesPerUnit.kib === 0 ? `${value / bytesPerUnit.kib}KiB` : `${value}`
}

/**
 * An absolute http or https URL. User name and password in it are refused: they belong in a secret.
 *
 * Printed without its query, which may carry a key.
 */
export const httpUrl: Kind<URL> = make(
  "an http or https URL without user name and password",
  "https://customer.example/leads",
  (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined
    return url.username === "" && url.password === "" ? url : undefined
  },
  (url) => url.origin + url.pathname + (url.search === "" ? "" : "?…"),
  (text) => text.replace(/^([a-z]+:\/\/)?.*@/is, "$1…@").replace(/\?.*$/s, "?…"),
)

/** A secret of any characters, taken as it is: a password. */
export const secret: Kind<Redacted.Redacted> = makeSecret("a text", "secret", (text) => Redacted.make(text))

/** A secret that is sent in a header, so visible ASCII characters and inner spaces. */
export const token: Kind<Redacted.Redacted> = makeSecret("visible ASCII characters", "change-me", (text) =>
  isHeaderText(text.trim()) ? Redacted.make(text.trim()) : undefined,
)

/** One {@link token} or several, separated by commas, so that a new one can be added before the old one goes. */
export const tokens = makeSecret<Array.NonEmptyReadonlyArray<Redacted.Redacted>>(
  "one secret or several separated by commas, of visible ASCII characters",
  "change-me",
  (text) => {
    const parts = text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
    return Array.isReadonlyArrayNonEmpty(parts) && parts.every(isHeaderText)
      ? Array.map(parts, (part) => Redacted.make(part))
      : undefined
  },
)

/**
 * A kind whose texts are secret. `read` gives the value, or `undefined`, or what to use instead; `show` may
 * give away what is no secret.
 */
export function makeSecret<A>(
  allowed: string,
  example: string,
  read: (text: string) => A | undefined | Result.Result<A, string>,
  show: (value: A) => string = () => "(set)",
): Kind<A> {
  return {
    allowed,
    example,
    secret: true,
    read: (text) => {
      const value = read(text)
      return Result.isResult(value) ? value : Result.fromNullishOr(value, () => allowed)
    },
    show,
    quote: () => "",
  }
}

const isHeaderText = (text: string): boolean => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)

const within = (
  value: number,
  range: { readonly minimum: number; readonly maximum: number },
): number | undefined => (value >= range.minimum && value <= range.maximum ? value : undefined)
