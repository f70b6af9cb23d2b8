import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Json } from "./Json.ts"

/**
 * Limits of a text. They bound the cost of parsing a hostile text, and every value that passes them can be stored as
 * Postgres `jsonb`.
 */
export interface ParseLimits {
  /** The depth of nested objects and arrays; 512 by default. */
  readonly maxDepth?: number
  /** The largest absolute exponent of a number; 400 by default. */
  readonly maxExponent?: number
  /** Digits of one number, before and after its decimal point; 10,000 by default. */
  readonly maxDigits?: number
}

/** How a text is parsed. */
export interface ParseOptions extends ParseLimits {
  /**
   * Whether every whole number beyond 2^53 - 1 becomes a `RawNumber`, also one that a double holds exactly, such as `1e18`;
   * false by default. Then such a number cannot be mistaken for one that `JSON.parse` has rounded.
   */
  readonly keepUnsafeIntegers?: boolean
}

/**
 * A text that is not JSON, or that exceeds a limit.
 *
 * `reason` is `Syntax`, `TooDeep`, `ExponentTooLarge` or `NumberTooLong`. The message names the limit and
 * never quotes the text.
 */
export class JsonInvalid extends Data.TaggedError("JsonInvalid")<{
  readonly reason: "Syntax" | "TooDeep" | "ExponentTooLarge" | "NumberTooLong"
  readonly message: string
}> {}

/**
 * Parses JSON without rounding a number: a number that a double cannot hold becomes a `RawNumber`.
 *
 * Later duplicates of a key win, as in `JSON.parse`. A text without long numbers costs one `JSON.parse`.
 * Fails with {@link JsonInvalid}, also for what is no text. Example: `parse('{"id":12345678901234567890}')` succeeds with an object
 * that `stringify` prints with all twenty digits.
 */
export const parse = (text: string, options: ParseOptions = {}): Result.Result<Json, JsonInvalid> => {
  if (typeof text !== "string") return invalid("Syntax", "not JSON: what is parsed must be a text")
  const maxDepth = options.maxDepth ?? 512
  if (isDeeperThan(text, maxDepth)) return invalid("TooDeep", `JSON is nested deeper than ${maxDepth}`)
  try {
    return Result.succeed(
      mayHoldLongNumber(text) ? (JSON.parse(text, keepDigits(options)) as Json) : (JSON.parse(text) as Json),
    )
  } catch (error) {
    return error instanceof JsonInvalid ? Result.fail(error) : invalid("Syntax", "not valid JSON")
  }
}

const invalid = (reason: JsonInvalid["reason"], message: string) =>
  Result.fail(new JsonInvalid({ reason, message }))

const keepDigits =
  (options: ParseOptions) =>
  (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value !== "number" || context.source === undefined) return value
    const source = decimal(context.source)
    if (source === undefined) return value
    checkLimits(source, options)
    if (options.keepUnsafeIntegers === true && isUnsafeInteger(value)) return JSON.rawJSON(context.source)
    return isExact(value, source) ? value : JSON.rawJSON(context.source)
  }

const isUnsafeInteger = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/** Throws: a reviver has no other way to end `JSON.parse`. {@link parse} catches it. */
const checkLimits = (source: Decimal, { maxExponent = 400, maxDigits = 10_000 }: ParseLimits): void => {
  if (Math.abs(source.exponent) > maxExponent) {
    throw new JsonInvalid({
      reason: "ExponentTooLarge",
      message: `JSON has a number with an exponent beyond ±${maxExponent}`,
    })
  }
  if (source.integer.length + source.fraction.length > maxDigits) {
    throw new JsonInvalid({
      reason: "NumberTooLong",
      message: `JSON has a number of more than ${maxDigits} digits`,
    })
  }
}

/** Counts brackets outside strings. Each level takes two characters, so a shorter text is not that deep. */
const isDeeperThan = (text: string, maxDepth: number): boolean => {
  if (text.length < 2 * maxDepth) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: skip to its closing quote
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) {
          if (text.charCodeAt(i) === 0x5c) i++
        }
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) return true
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
    }
  }
  return false
}

/** A number of at most 15 digits without exponent is exact as a double. Every other number is compared with its text. */
const mayHoldLongNumber = (text: string): boolean => hasExponent.test(text) || hasLongRun(text, 16)

const hasExponent = /\d[eE]/

/**
 * Whether a text has a run of `length` digits and points, as `/[\d.]{16}/` tests for 16, but five times as fast.
 *
 * Such a run covers one of every `length` places, so only those are examined.
 */
export const hasLongRun = (text: string, length: number): boolean => {
  for (let place = length - 1; place < text.length; place += length) {
    if (!isDigitOrPoint(text.charCodeAt(place))) continue
    let first = place
    while (isDigitOrPoint(text.charCodeAt(first - 1))) first--
    let last = place
    while (isDigitOrPoint(text.charCodeAt(last + 1))) last++
    if (last - first >= length - 1) return true
  }
  return false
}

const isDigitOrPoint = (code: number): boolean => (code >= 0x30 && code <= 0x39) || code === 0x2e

const numberForm = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** The parts of a JSON number that decide on its value and on limits. */
interface Decimal {
  readonly integer: string
  readonly fraction: string
  readonly exponent: number
}

/** Splits the text of a JSON number; `undefined` for other texts (`NaN`, `Infinity`). */
const decimal = (source: string): Decimal | undefined => {
  const match = numberForm.exec(source)
  return match === null
    ? undefined
    : { integer: match[1] ?? "0", fraction: match[2] ?? "", exponent: Number(match[3] ?? 0) }
}

/** A canonical text of the value: significant digits and the power of ten of the last one. `1.50` and `15e-1` are equal. */
const canonical = ({ integer, fraction, exponent }: Decimal): string => {
  const digits = (integer + fraction).replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  return significant === ""
    ? "0"
    : `${significant}e${exponent - fraction.length + digits.length - significant.length}`
}

/** Whether a double has exactly the value of its source text. The sign is never lost, so it is not compared. */
const isExact = (value: number, source: Decimal): boolean => {
  const printed = decimal(String(value))
  return printed !== undefined && canonical(printed) === canonical(source)
}
