/**
 * Reads phone numbers by the rules of libphonenumber. The `min` metadata is enough: parsing needs country codes, trunk
 * prefixes and lengths, which all builds share; what `max` adds at twice the size distinguishes mobile from landline.
 */
import type { RawNumber } from "@lead-gateway/lossless-json"
import {
  type CountryCode,
  getCountryCallingCode,
  parseIncompletePhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/min"
import { Unreadable } from "./FieldTree.ts"

/**
 * German numbers in E.164. The German trunk prefix is 0, so with another digit after the country code parsing returns
 * the same number. A test compares this with the library.
 */
const isGerman = /^\+49[1-9]\d{1,12}$/

/** Reads a phone number as E.164; as unreadable `+` and its digits if it cannot be parsed; `null` without a digit. */
export const readPhone = (text: string, country: CountryCode): string | Unreadable | null => {
  if (isGerman.test(text)) return text
  const number = (country === "DE" ? readGerman(text) : undefined) ?? parse(text, country)
  if (number !== undefined) return number === text ? text : settle(number, country)
  const digits = digitsOf(text)
  if (digits === "") return null
  // Unreadable even if the digits happen to be a number of some country: `nach 18 Uhr: 0171 …` is not a +1 801 number.
  return new Unreadable(settle(`+${digits}`, country))
}

/**
 * Reads a German number in the usual notations: `0171 / 234 56-78`, `(0681) 12345`, `+49 (0) 171 2345678`,
 * `0049 171 2345678`. Nearly all leads have one, and the library takes many times as long for the same result; a test
 * compares both. Other notations, such as an extension, are left to the library.
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
 * Country code or trunk 0 or both, then the digits that {@link isGerman} accepts, but at least five: for fewer digits the
 * library may keep a trunk 0.
 */
const germanDigits = /^(?:(?:\+|00)490?|0)([1-9]\d{4,12})$/

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** The text of a phone number that is a JSON number; a whole number without an exponent. */
export const textOf = (value: number | RawNumber): string => {
  if (typeof value !== "number") return value.rawJSON
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

/**
 * Parses a number repeatedly until it no longer changes: `+4900151…` loses one trunk 0 each time.
 *
 * Every known step of the library shortens the number. Should the steps ever form a cycle, the result is the smallest
 * number of the cycle, which does not depend on where the cycle is entered.
 */
const settle = (number: string, country: CountryCode): string => {
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

/** `+` and at most 15 digits (E.164); the library also returns longer numbers, which are invalid. */
const maxLength = 16

/** E.164, or `undefined` for a text that is not a phone number, has more than 250 characters or too many digits. */
const parse = (text: string, country: CountryCode): string | undefined => {
  const plain = plainOf(text)
  const own = parseWithCodeOnce(plain, country) ?? parseWithOwnCode(plain, country)
  if (own !== undefined) return own
  const parsed = parsePhoneNumberFromString(plain, country)
  if (parsed === undefined || parsed.number.length > maxLength) return undefined
  // `0171,2345678` has no extension, though the library takes everything after the comma for one.
  return parsed.ext === undefined || parsed.isValid() ? parsed.number : undefined
}

/**
 * Reads `49 151 2345678` as `+49 151 2345678`, though 049 could start an area code: a number without a trunk 0 usually
 * has its country code instead, and a JSON number can have neither a leading 0 nor a plus. The library prefers the area
 * code wherever a numbering plan has numbers of many lengths. Returns `undefined` if the digits after the country code
 * are not a valid number (`392 123 4567` in Italy).
 */
const parseWithOwnCode = (text: string, country: CountryCode): string | undefined => {
  if (!/^[1-9]/.test(text) || !text.startsWith(getCountryCallingCode(country))) return undefined
  const number = parsePhoneNumberFromString(`+${text}`, country)
  return number?.country === country && number.isValid() ? number.number : undefined
}

/**
 * Works around two defects of the library: it does not recognise a full-width plus, and it matches the context of an
 * RFC 3966 number (`tel:863-1234;phone-context=example.com`) by a regular expression that keeps state between calls, so
 * that the same text could give different results.
 */
const plainOf = (text: string): string => {
  const context = text.indexOf(";phone-context=")
  return (context === -1 ? text : text.slice(0, context)).replaceAll("\uff0b", "+")
}

/** Reads `+49 +49 171 …` with its country code once; web forms that prefill the code cause such numbers. */
const parseWithCodeOnce = (text: string, country: CountryCode): string | undefined => {
  const [doubled = "", code] = /^(?:\+|00)(\d{1,3})[ ()\-./]*(?=(?:\+|00)\1)/.exec(text) ?? []
  if (code !== getCountryCallingCode(country)) return undefined
  const number = parsePhoneNumberFromString(text.slice(doubled.length), country)
  return number?.isValid() === true ? number.number : undefined
}

/** ASCII, full-width, Arabic-Indic and eastern Arabic digits, all as ASCII. */
const digitsOf = (text: string): string => parseIncompletePhoneNumber(text).replace("+", "")
