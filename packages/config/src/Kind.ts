/**
 * The kind of a setting: how the text of a variable is decoded to a value, and printed again.
 *
 * A setting consists of a name and a kind (see `Settings.ts`); kinds of values with a unit are in `Quantity.ts`. Texts are
 * never empty; every kind except {@link secret} ignores white space around them.
 */
import { Array, Option, Redacted, Result } from "effect"
import { isIP } from "node:net"

/** A codec of one kind of value. */
export interface Kind<A> {
  /** The expected text, as the end of "use …": `a whole number from 1 to 65535`. */
  readonly expected: string
  /** A valid text, for `.env.example`. */
  readonly example: string
  /** Secrets are never printed, and may come from a file named by `NAME_FILE`. */
  readonly secret: boolean
  /** The value, or what is expected instead. The failure contains nothing of the text. */
  readonly read: (text: string) => Result.Result<A, string>
  /** The value as a text that `read` accepts; for secrets `(set)` or what is not secret. */
  readonly show: (value: A) => string
  /** An invalid text without the credentials in it, for messages. Not used for secrets. */
  readonly quote: (text: string) => string
}

/** A kind of values that are not secret. `read` returns undefined for an invalid text. */
export const make = <A>(
  expected: string,
  example: string,
  read: (text: string) => A | undefined,
  show: (value: A) => string,
  quote: (text: string) => string = (text) => text,
): Kind<A> => ({
  expected,
  example,
  secret: false,
  read: (text) => Result.fromNullishOr(read(text.trim()), () => expected),
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

/** One of the literals, in any case. `note` is appended to `expected`. */
export const literals = <const L extends string>(values: ReadonlyArray<L>, note?: string): Kind<L> =>
  make(
    (values.length === 1 ? `${values[0]}` : `one of ${values.join(", ")}`) +
      (note === undefined ? "" : ` ${note}`),
    values[0] ?? "",
    (text) => values.find((value) => value.toLowerCase() === text.toLowerCase()),
    (value) => value,
  )

/**
 * An absolute http or https URL. A URL with user name and password is invalid: they belong in a secret.
 *
 * Printed without its query, which may contain a key.
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

/** A secret of any characters, white space included: a password. */
export const secret: Kind<Redacted.Redacted> = makeSecret("a text", "secret", (text) => Redacted.make(text))

/** A secret that is sent in a header: visible ASCII characters, with spaces between them. */
export const token: Kind<Redacted.Redacted> = makeSecret("visible ASCII characters", "change-me", (text) =>
  isHeaderText(text.trim()) ? Redacted.make(text.trim()) : undefined,
)

/** One {@link token} or several, separated by commas, so that a new one can be added before the old one is removed. */
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
 * A kind whose texts are secret. `read` returns the value, undefined for an invalid text, or a failure with what is
 * expected instead. `show` must not print what is secret.
 */
export function makeSecret<A>(
  expected: string,
  example: string,
  read: (text: string) => A | undefined | Result.Result<A, string>,
  show: (value: A) => string = () => "(set)",
): Kind<A> {
  return {
    expected,
    example,
    secret: true,
    read: (text) => {
      const value = read(text)
      return Result.isResult(value) ? value : Result.fromNullishOr(value, () => expected)
    },
    show,
    quote: () => "",
  }
}

const isHeaderText = (text: string): boolean => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)

/** The value, or undefined if it is out of the range, whose ends are included. */
const within = (
  value: number,
  range: { readonly minimum: number; readonly maximum: number },
): number | undefined => (value >= range.minimum && value <= range.maximum ? value : undefined)
