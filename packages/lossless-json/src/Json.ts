/**
 * The types of the "JSON.parse source text access" proposal, which Node 22 and later implement and
 * TypeScript's library does not declare yet.
 */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): { readonly rawJSON: string }
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}

/**
 * A number that a double cannot hold exactly, kept as the text it was written in.
 *
 * It is the platform's own raw JSON object (`JSON.rawJSON`): frozen, without a prototype, and printed
 * digit for digit by `JSON.stringify`. Example: `parse("12345678901234567890")` is one, `parse("42")` is
 * the plain number `42`.
 */
export interface RawNumber {
  readonly rawJSON: string
}

/** Any JSON value: plain JavaScript values, except that numbers a double would round are {@link RawNumber}s. */
export type Json = null | boolean | number | string | RawNumber | JsonArray | JsonObject

/** A JSON array. */
export type JsonArray = ReadonlyArray<Json>

/** A JSON object. Every key is an own property, `__proto__` included: read it with {@link get}. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Whether a value is a {@link RawNumber}; a plain object with a `rawJSON` key is not one. */
export const isRawNumber = (value: unknown): value is RawNumber => JSON.isRawJSON(value)

/** Whether a value is a JSON object: neither null, nor an array, nor a {@link RawNumber}. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value)

/** Reads an own property; `undefined` when it is absent, as in `get({}, "__proto__")`. */
export const get = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

/**
 * Prints a JSON value; a `RawNumber` comes out digit for digit.
 *
 * `stringify(parse(text))` has the same meaning as `text`; white space, escapes and the notation of short
 * numbers may differ (`1.50` becomes `1.5`). Never throws for values made by `parse`. For others it throws what
 * `JSON.stringify` does: a `TypeError` for a bigint or an object that contains itself, a `RangeError` for some thousands
 * of levels. With an `indent`, a number of
 * spaces, each item is on a line of its own.
 */
export const stringify = (value: Json, indent = 0): string => JSON.stringify(value, null, indent)
