import { isRawNumber, type RawNumber } from "@lead-gateway/lossless-json"
import { isList } from "./plainCopy.ts"

/** Whether a text is empty or only white space of Unicode, U+0085 included. Total: no other value is. */
export const isBlank = (text: string): boolean => {
  if (typeof text !== "string") return false
  // The first character decides for nearly every text.
  const first = text.charCodeAt(0)
  return first > 0x20 && first < 0x7f ? false : !/[^\s\u0085]/.test(text)
}

/** Why a field counts as missing, or `undefined` if it has a value. */
export const missingAs = (value: unknown): "absent" | "null" | "blank" | undefined => {
  if (value === undefined) return "absent"
  if (value === null) return "null"
  return typeof value === "string" && isBlank(value) ? "blank" : undefined
}

/** Whether a field counts as missing: absent, null, or a blank text. */
export const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && isBlank(value))

/** The JSON type of a value, as explanations name it. */
export type ValueKind = "text" | "number" | "boolean" | "list" | "object"

/** The JSON type of a value that is not missing; a `RawNumber` is a number. Total: what JSON does not have is an object. */
export const kindOf = (value: unknown): ValueKind => {
  switch (typeof value) {
    case "string":
      return "text"
    case "number":
      return "number"
    case "boolean":
      return "boolean"
    default:
      if (isRawNumber(value)) return "number"
      return isList(value) ? "list" : "object"
  }
}

/** A point before exactly three digits, after a group of one to three: a thousand or a thousandth, by the language. */
const ambiguous = /^[+-]?[1-9]\d{0,2}\.\d{3}$/

/** JSON's notation, and also a plus sign, leading zeros, and `.5` without exponent; matched in linear time. */
const decimal = /^[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)$/

/**
 * The number that a value is or that a text denotes, as the nearest double; NaN for any other text.
 *
 * A text is a number in decimal notation with white space around: `" 5000 "`, `"-2.5"`, `"+.5"`, `"1e3"`; not `"5."`,
 * `".5e3"`, `"0x10"`, `"1_000"`, `"2,5"`, `"5.000"` (five in English, five thousand in German) or `"Infinity"`. One that
 * exceeds every double gives an infinity: `"1e999"`. Total: any other value is NaN.
 */
export const numberOf = (value: string | number | RawNumber): number => {
  if (typeof value === "number") return value
  if (typeof value !== "string") return isRawNumber(value) ? Number(value.rawJSON) : Number.NaN
  const text = value.trim()
  return decimal.test(text) && !ambiguous.test(text) ? Number(text) : Number.NaN
}

/** The number of days of a month in the Gregorian calendar, to check dates; months count from 1. `daysIn(2028, 2)` is 29. */
export const daysIn = (year: number, month: number): number => {
  if (typeof year !== "number" || typeof month !== "number") return Number.NaN
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
