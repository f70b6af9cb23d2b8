import "./internal/jsonSourceText.ts"

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

/** Tells whether a value is a {@link RawNumber}; a plain object with a `rawJSON` key is none. */
export const isRawNumber = (value: unknown): value is RawNumber => JSON.isRawJSON(value)

/** Tells whether a value is a JSON object: neither null, nor an array, nor a {@link RawNumber}. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value)

/** Reads an own property; `undefined` when it is absent, so `get({}, "__proto__")` gives nothing. */
export const get = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined
