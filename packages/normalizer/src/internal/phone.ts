/**
 * Phone numbers, by libphonenumber's rules. The `min` metadata is enough: parsing needs country codes, trunk
 * prefixes and lengths, which all builds share; what `max` adds (twice the size) tells mobile from landline.
 */
import type { RawNumber } from "@lead-gateway/lossless-json"
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parseIncompletePhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/min"
import { NotRead } from "./Form.ts"

/** Two capital letters (ISO 3166-1) of a country that has a numbering plan. */
export type Country = CountryCode

/** In alphabetical order, so that what is generated from them changes with them alone. */
export const countries: ReadonlyArray<Country> = getCountries().sort()

/**
 * German numbers in E.164. Germany's one trunk prefix is 0, so with another digit after the country code
 * there is nothing to take away: parsing gives the same number. A test holds this against the library.
 */
const isGerman = /^\+49[1-9]\d{1,12}$/

/** A phone number in E.164; one that can't be parsed, `+` and its digits; `null` for a text without a digit. */
export const phoneOf = (text: string, country: Country): string | NotRead | null => {
  if (isGerman.test(text)) return text
  const number = (country === "DE" ? readGerman(text) : undefined) ?? parse(text, country)
  if (number !== undefined) return number === text ? text : settle(number, country)
  const digits = digitsOf(text)
  if (digits === "") return null
  // Also where they happen to be a number of some country: `nach 18 Uhr: 0171 …` is none of +1 801.
  return new NotRead(settle(`+${digits}`, country))
}

/**
 * Reads a German number as Germans write it: `0171 / 234 56-78`, `(0681) 12345`, `+49 (0) 171 2345678`,
 * `0049 171 2345678`. Nearly all leads hold one, and the library takes many times as long to come to the same
 * result, which a test holds against it. Anything else, such as an extension, is left to the library.
 */
const readGerman = (text: string): string | undefined => {
  const { length } = text
  if (length > maxGermanText || !isDigit(text.charCodeAt(length - 1))) return undefined
  let digits = ""
  let start = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (isDigit(code) || (code === 0x2b && i === 0)) continue
    // A space, a hyphen, a point, a slash or a bracket; `-`, `.` and `/` are neighbours, and so are `(` and `)`.
    if (code !== 0x20 && (code < 0x2d || code > 0x2f) && code !== 0x28 && code !== 0x29) return undefined
    digits += text.slice(start, i)
    start = i + 1
  }
  const match = germanDigits.exec(digits + text.slice(start))
  return match === null ? undefined : `+49${match[1]}`
}

const maxGermanText = 32

/**
 * Country code or trunk 0 or both, then what {@link isGerman} takes; but from five digits on: below that the
 * library may leave a trunk 0 in place.
 */
const germanDigits = /^(?:(?:\+|00)490?|0)([1-9]\d{4,12})$/

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** The text of a phone number that came as a JSON number, without an exponent where it is a whole one. */
export const textOf = (value: number | RawNumber): string => {
  if (typeof value !== "number") return value.rawJSON
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

/**
 * Parses a number again and again until nothing changes: `+4900151…` loses one trunk 0 each time.
 *
 * Every step the library knows makes a number shorter. Should one lead round in a circle, the smallest number
 * on it is taken, which is the same from wherever the circle is entered.
 */
const settle = (number: string, country: Country): string => {
  const seen = [number]
  let last = number
  while (!isGerman.test(last)) {
    const next = parse(last, country) ?? last
    const start = seen.indexOf(next)
    if (start !== -1) return seen.slice(start).reduce((a, b) => (a < b ? a : b))
    seen.push(next)
    last = next
  }
  return last
}

/** E.164 has 15 digits at most; the library also gives longer numbers, which are none. */
const maxLength = 16

/** E.164, or `undefined` for a text that is no phone number, has more than 250 characters or too many digits. */
const parse = (text: string, country: Country): string | undefined => {
  const plain = plainOf(text)
  const own = parseWithCodeOnce(plain, country) ?? parseWithOwnCode(plain, country)
  if (own !== undefined) return own
  const parsed = parsePhoneNumberFromString(plain, country)
  if (parsed === undefined || parsed.number.length > maxLength) return undefined
  // `0171,2345678` has no extension, though the library takes all behind the comma for one.
  return parsed.ext === undefined || parsed.isValid() ? parsed.number : undefined
}

/**
 * Reads `49 151 2345678` as `+49 151 2345678`, though 049 could start an area code: whoever writes a number
 * without its trunk 0 writes the country code instead, and a JSON number can hold neither 0 nor plus. The
 * library prefers the area code wherever a plan has numbers of many lengths. Where what follows the code is
 * no valid number (`392 123 4567` in Italy), it is not read so.
 */
const parseWithOwnCode = (text: string, country: Country): string | undefined => {
  if (!/^[1-9]/.test(text) || !text.startsWith(getCountryCallingCode(country))) return undefined
  const number = parsePhoneNumberFromString(`+${text}`, country)
  return number?.country === country && number.isValid() ? number.number : undefined
}

/**
 * The text without what the library stumbles over: it takes a full-width plus for no plus, and it reads the
 * context of an RFC 3966 number (`tel:863-1234;phone-context=example.com`) by an expression that remembers its
 * last match, and so would give two answers to one question.
 */
const plainOf = (text: string): string => {
  const context = text.indexOf(";phone-context=")
  return (context === -1 ? text : text.slice(0, context)).replaceAll("\uff0b", "+")
}

/** Reads `+49 +49 171 …` with its country code once; a form that begins with the code leads to that. */
const parseWithCodeOnce = (text: string, country: Country): string | undefined => {
  const [doubled = "", code] = /^(?:\+|00)(\d{1,3})[ ()\-./]*(?=(?:\+|00)\1)/.exec(text) ?? []
  if (code !== getCountryCallingCode(country)) return undefined
  const number = parsePhoneNumberFromString(text.slice(doubled.length), country)
  return number?.isValid() === true ? number.number : undefined
}

/** ASCII, full-width, Arabic-Indic and eastern Arabic digits, all as ASCII. */
const digitsOf = (text: string): string => parseIncompletePhoneNumber(text).replace("+", "")
