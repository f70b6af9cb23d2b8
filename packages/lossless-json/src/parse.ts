import * as Data from "effect/Data"
import * as Result from "effect/Result"
import "./internal/jsonSourceText.ts"
import { type Decimal, decimal, isExact } from "./internal/decimal.ts"
import { hasLongRun } from "./internal/hasLongRun.ts"
import type { Json } from "./Json.ts"

/**
 * What a text may contain. Every limit keeps a hostile text from costing more than it is worth, and keeps
 * what passes storable as Postgres `jsonb`.
 */
export interface ParseLimits {
  /** Objects and arrays inside each other; 512 by default. */
  readonly maxDepth?: number
  /** The largest power of ten a number may be written with, either sign; 400 by default. */
  readonly maxExponent?: number
  /** Digits of one number, before and after its point; 10,000 by default. */
  readonly maxDigits?: number
}

/**
 * A text that is no JSON, or that goes beyond a limit.
 *
 * `reason` is `Syntax`, `TooDeep`, `ExponentTooLarge` or `NumberTooLong`. The message names the limit and
 * never quotes the text.
 */
export class JsonInvalid extends Data.TaggedError("JsonInvalid")<{
  readonly reason: "Syntax" | "TooDeep" | "ExponentTooLarge" | "NumberTooLong"
  readonly message: string
}> {}

/** Numbers short enough that a double is exact have at most 15 digits and no exponent. Everything else is looked at. */
const mayHoldLongNumber = (text: string): boolean => hasExponent.test(text) || hasLongRun(text, 16)

const hasExponent = /\d[eE]/

/**
 * Parses JSON without rounding a number: what a double cannot hold becomes a `RawNumber`.
 *
 * Later duplicates of a key win, as in `JSON.parse`. Texts without long numbers cost one `JSON.parse`.
 * Fails with {@link JsonInvalid}. Example: `parse('{"id":12345678901234567890}')` succeeds with an object
 * that `stringify` prints with all twenty digits.
 */
export const parse = (text: string, limits: ParseLimits = {}): Result.Result<Json, JsonInvalid> => {
  const maxDepth = limits.maxDepth ?? 512
  if (isDeeperThan(text, maxDepth)) return invalid("TooDeep", `JSON is nested deeper than ${maxDepth}`)
  try {
    return Result.succeed(
      mayHoldLongNumber(text) ? (JSON.parse(text, keepDigits(limits)) as Json) : (JSON.parse(text) as Json),
    )
  } catch (error) {
    return error instanceof JsonInvalid ? Result.fail(error) : invalid("Syntax", "not valid JSON")
  }
}

const invalid = (reason: JsonInvalid["reason"], message: string) =>
  Result.fail(new JsonInvalid({ reason, message }))

const keepDigits =
  (limits: ParseLimits) =>
  (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value !== "number" || context.source === undefined) return value
    const source = decimal(context.source)
    if (source === undefined) return value
    checkLimits(source, limits)
    return isExact(value, source) ? value : JSON.rawJSON(context.source)
  }

/** Thrown, not returned: a reviver has no other way out of `JSON.parse`; {@link parse} catches it. */
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

/** Counts brackets outside strings. A text of fewer than two characters a level cannot be that deep. */
const isDeeperThan = (text: string, maxDepth: number): boolean => {
  if (text.length < 2 * maxDepth) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: on to its closing quote
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
