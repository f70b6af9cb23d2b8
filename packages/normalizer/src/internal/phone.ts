import type { RawNumber } from "@lead-gateway/lossless-json"
import type { CountryCode } from "libphonenumber-js/min"
import { isDateLike } from "./date.ts"
import { readPhoneField } from "./phoneField.ts"
import { isGerman, longestGerman } from "./phoneNumber.ts"

/**
 * Reads a clean text as a phone number in E.164; of several numbers the first that can be read. `null` without a digit,
 * `undefined` if no number can be read with certainty.
 */
export const readPhone = (text: string, country: CountryCode): string | null | undefined => {
  if (isGerman.test(text)) return text
  if (startsAsDate.test(text) && isDateLike(text)) return undefined
  const german = country === "DE" ? readGerman(text) : undefined
  if (german !== undefined) return german
  return hasDigit.test(text) ? readPhoneField(text, country) : null
}

const hasDigit = /\p{Nd}/u

/** A numeric date up to its year, or eight digits that may be one. */
const startsAsDate = /^(?:\d{1,4}[-./] ?\d{1,2}[-./]|(?:19|20)\d{6}$)/

/**
 * Reads a German number in the usual notations: `0171 / 234 56-78`, `(0681) 12345`, `+49 (0) 171 2345678`,
 * `0049 171 2345678`. Nearly all leads have one, and the library takes many times as long for the same result; a test
 * compares both. Other notations, such as an extension or what may be two numbers, are left to {@link readPhoneField}.
 */
const readGerman = (text: string): string | undefined => {
  const { length } = text
  if (length > maxGermanText || !isDigit(text.charCodeAt(length - 1))) return undefined
  let digits = ""
  let start = 0
  let slashes = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (isDigit(code) || (code === 0x2b && i === 0)) continue
    // A space, a hyphen, a point, a slash or a bracket; `-`, `.` and `/` are neighbours, and so are `(` and `)`.
    if (code !== 0x20 && (code < 0x2d || code > 0x2f) && code !== 0x28 && code !== 0x29) return undefined
    digits += text.slice(start, i)
    // After more than an area code of five digits, what follows may be another number.
    if (code === 0x2f && (++slashes > 1 || digits.length > 6)) return undefined
    start = i + 1
  }
  const national = germanDigits.exec(digits + text.slice(start))?.[1]
  if (national === undefined) return undefined
  const mayBeTwo = national.length > longestGerman && (slashes > 0 || text.includes(" -"))
  return mayBeTwo || (slashes > 0 && startsAgain.test(text)) ? undefined : `+49${national}`
}

const maxGermanText = 32

/** After a slash a number begins again, with a trunk 0 or a plus. */
const startsAgain = /\/ ?[+0]/

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
