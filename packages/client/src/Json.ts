/** JSON whose numbers keep every digit. */

/**
 * A number that a JavaScript number cannot hold exactly: the platform's own `JSON.rawJSON` object, which `JSON.stringify`
 * prints digit for digit. `rawJSON` is its text: `BigInt(value.rawJSON)`.
 */
export interface RawNumber {
  readonly rawJSON: string
}

/** Any JSON value. */
export type Json = null | boolean | number | string | RawNumber | ReadonlyArray<Json> | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown

/** Since Node 22, Chromium 114, Firefox 135 and Safari 18.4. TypeScript's library does not declare it. */
const platform = {
  parse: Reflect.get(JSON, "parse") as ParseWithSource,
  rawJSON: Reflect.get(JSON, "rawJSON") as ((text: string) => RawNumber) | undefined,
}

/** What can be sent as JSON: a bigint is printed with all its digits, what is undefined is left out. */
export type JsonInput = Json | bigint | ReadonlyArray<JsonInput> | JsonInputObject

/** A {@link JsonInput} that is an object. */
export interface JsonInputObject {
  readonly [key: string]: JsonInput | undefined
}

/** Parses JSON. Throws a `SyntaxError`, or a `TypeError` on a platform that would round long numbers. */
export const parse = (text: string): unknown =>
  // Only a text with a long number needs the slow way.
  /[\d.]{16}|\d[eE]/.test(text) ? platform.parse(text, reviveNumber) : JSON.parse(text)

const reviveNumber = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  if (typeof value !== "number") return value
  if (context?.source === undefined || platform.rawJSON === undefined) {
    throw new TypeError("this platform rounds long numbers of JSON: it lacks JSON.rawJSON")
  }
  const { source } = context
  return valueOf(source) === valueOf(String(value)) ? value : platform.rawJSON(source)
}

/** A canonical text of a number: significant digits, and the power of ten of the last one. */
const valueOf = (text: string): string => {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e")
  const [integer = "", fraction = ""] = mantissa.replace("-", "").split(".")
  const digits = (integer + fraction).replace(/^0+/, "")
  let end = digits.length
  while (digits[end - 1] === "0") end--
  return end === 0
    ? "0"
    : `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}

/** Prints JSON. A bigint is printed as a number with all its digits. */
export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" && platform.rawJSON !== undefined ? platform.rawJSON(String(item)) : item,
  )
