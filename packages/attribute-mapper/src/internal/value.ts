import { get, isJsonObject, type Json, type JsonObject, type RawNumber } from "@lead-gateway/lossless-json"

/** White space of Unicode alone, or nothing at all. */
export const isBlank = (text: string): boolean => !/[^\s\u0085]/.test(text)

/** Absent, null, or a blank text: what a required value may not be. */
export const isMissing = (value: Json | undefined): value is undefined | null =>
  value === undefined || value === null || (typeof value === "string" && isBlank(value))

/** The value at a path of own properties. */
export const valueAt = (object: JsonObject, path: ReadonlyArray<string>): Json | undefined => {
  let value: Json | undefined = object
  for (const key of path) value = isJsonObject(value) ? get(value, key) : undefined
  return value
}

/** Decimal notation, as ECMAScript's StrDecimalLiteral without Infinity; each character is looked at once. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a value is or that a text spells, as a double; NaN for any other text. */
export const numberOf = (value: string | number | RawNumber): number => {
  if (typeof value === "number") return value
  if (typeof value !== "string") return Number(value.rawJSON)
  return decimal.test(value.trim()) ? Number(value) : Number.NaN
}
