import { isRawNumber, type RawNumber } from "@lead-gateway/lossless-json"

/** White space of Unicode alone, or nothing at all. */
export const isBlank = (text: string): boolean => {
  // Nearly every text begins with a character that settles it.
  const first = text.charCodeAt(0)
  return first > 0x20 && first < 0x7f ? false : !/[^\s\u0085]/.test(text)
}

/** How a field is missing, in one word, or `undefined` when it is there. */
export const missingAs = (value: unknown): "absent" | "null" | "blank" | undefined => {
  if (value === undefined) return "absent"
  if (value === null) return "null"
  return typeof value === "string" && isBlank(value) ? "blank" : undefined
}

/** Absent, null, or a text of white space: a field that is not there. */
export const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && isBlank(value))

/** The kinds of value that JSON has, in the words of an explanation. */
export type ValueKind = "text" | "number" | "boolean" | "list" | "object"

/** What kind of thing a value is; a number that is kept as text is a number. Of use for values that are there. */
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
      return Array.isArray(value) ? "list" : "object"
  }
}

/** Decimal notation, as ECMAScript's StrDecimalLiteral without Infinity; each character is looked at once. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * The number that a value is or that a text spells, as the nearest double; NaN for any other text.
 *
 * A text is a number in decimal notation with white space around: `" 5000 "`, `"-2.5"`, `"+.5"`, `"1e3"`; not
 * `"0x10"`, `"1_000"`, `"2,5"` or `"Infinity"`. One that no double can hold gives an infinity: `"1e999"`.
 */
export const numberOf = (value: string | number | RawNumber): number => {
  if (typeof value === "number") return value
  if (typeof value !== "string") return Number(value.rawJSON)
  return decimal.test(value.trim()) ? Number(value) : Number.NaN
}
