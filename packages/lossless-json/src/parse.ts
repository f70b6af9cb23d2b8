import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { parseExactly } from "./internal/exactNumbers.ts"
import { endOfString, mayHoldLongNumber } from "./internal/longNumbers.ts"
import { type Decimal, decimalOf, isExact, writtenOut } from "./internal/numberText.ts"
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
  /**
   * The characters by which all numbers together may become longer when their digits are written out, as Postgres does
   * with `jsonb`: `1e-400` becomes 396 longer. The length of the text and 65,536 by default.
   */
  readonly maxExpansion?: number
}

/** How a text is parsed. */
export interface ParseOptions extends ParseLimits {
  /**
   * Whether every whole number beyond 2^53 - 1 becomes a `RawNumber`, and of all others only those that a double cannot
   * hold, in any notation; false by default. Then no number can be mistaken for one that `JSON.parse` has rounded.
   */
  readonly keepUnsafeIntegers?: boolean
}

/**
 * A text that is not JSON, or that exceeds a limit.
 *
 * `reason` is `Syntax`, `TooDeep`, `ExponentTooLarge`, `NumberTooLong` or `ExpansionTooLarge`. The message names the limit and
 * never quotes the text.
 */
export class JsonInvalid extends Data.TaggedError("JsonInvalid")<{
  readonly reason: "Syntax" | "TooDeep" | "ExponentTooLarge" | "NumberTooLong" | "ExpansionTooLarge"
  readonly message: string
}> {}

/**
 * Parses JSON without rounding a number: a number that a double cannot hold becomes a `RawNumber`. So does one that a
 * double would print at greater length, such as `1e20`: printing a parsed text never makes its numbers longer.
 *
 * Later duplicates of a key win, as in `JSON.parse`; limits hold for their earlier values too. A text without long
 * numbers costs one `JSON.parse`. Fails with {@link JsonInvalid}, also for what is no text. Example:
 * `parse('{"id":12345678901234567890}')` succeeds with an object that `stringify` prints with all twenty digits.
 */
export const parse = (text: string, options: ParseOptions = {}): Result.Result<Json, JsonInvalid> => {
  if (typeof text !== "string") return invalid("Syntax", "not JSON: what is parsed must be a text")
  const maxDepth = options.maxDepth ?? 512
  if (isDeeperThan(text, maxDepth)) return invalid("TooDeep", `JSON is nested deeper than ${maxDepth}`)
  const numbers = mayHoldLongNumber(text) ? new Numbers(text, options) : undefined
  try {
    const value = numbers === undefined ? (JSON.parse(text) as Json) : parseExactly(text, numbers.valueOf)
    return Result.succeed(value)
  } catch (error) {
    // A limit is reported as soon as it is exceeded, also of a text that is not JSON further on.
    return error instanceof JsonInvalid ? Result.fail(error) : invalid("Syntax", "not valid JSON")
  }
}

const invalid = (reason: JsonInvalid["reason"], message: string) =>
  Result.fail(new JsonInvalid({ reason, message }))

/** The values of a text's long numbers. Throws {@link JsonInvalid} for the first that exceeds a limit. */
class Numbers {
  #expansion = 0
  readonly #known = new Map<string, Known>()
  readonly #keepsUnsafeIntegers: boolean
  readonly #maxDigits: number
  readonly #maxExpansion: number
  readonly #maxExponent: number

  constructor(text: string, options: ParseOptions) {
    this.#keepsUnsafeIntegers = options.keepUnsafeIntegers === true
    this.#maxDigits = options.maxDigits ?? 10_000
    this.#maxExponent = options.maxExponent ?? 400
    this.#maxExpansion = options.maxExpansion ?? text.length + 65_536
  }

  readonly valueOf = (source: string): Json => {
    if (source.length > mostOften) return this.#read(source).value
    let known = this.#known.get(source)
    if (known === undefined) this.#known.set(source, (known = this.#read(source)))
    else this.#expand(known.expansion)
    return known.value
  }

  #read(source: string): Known {
    const decimal = decimalOf(source)
    if (decimal === undefined) return { value: null, expansion: 0 }
    const expansion = Math.max(0, writtenOut(decimal) - source.length)
    this.#check(decimal)
    this.#expand(expansion)
    const value = Number(source)
    const isPlain = this.#keepsUnsafeIntegers
      ? !isUnsafeInteger(value)
      : String(value).length <= source.length
    return { value: isPlain && isExact(value, decimal) ? value : JSON.rawJSON(source), expansion }
  }

  #check(decimal: Decimal): void {
    if (Math.abs(decimal.exponent) > this.#maxExponent) {
      const message = `JSON has a number with an exponent beyond ±${this.#maxExponent}`
      throw new JsonInvalid({ reason: "ExponentTooLarge", message })
    } else if (decimal.integer.length + decimal.fraction.length > this.#maxDigits) {
      const message = `JSON has a number of more than ${this.#maxDigits} digits`
      throw new JsonInvalid({ reason: "NumberTooLong", message })
    }
  }

  #expand(by: number): void {
    this.#expansion += by
    if (this.#expansion <= this.#maxExpansion) return
    const message = `JSON has numbers that would expand by more than ${this.#maxExpansion} characters with all digits written out`
    throw new JsonInvalid({ reason: "ExpansionTooLarge", message })
  }
}

/** What is known of a number by its text. */
interface Known {
  readonly value: Json
  readonly expansion: number
}

/** A hostile text has so many short numbers that each is read once: longer ones are fewer. */
const mostOften = 8

const isUnsafeInteger = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/**
 * Counts brackets outside strings. Most texts have too few to be that deep, in strings or not. Bracket by bracket, and quote
 * by quote: a loop over the characters of a megabyte takes some 30 ms.
 */
const isDeeperThan = (text: string, maxDepth: number): boolean => {
  if (!hasMoreThan(text, maxDepth)) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22:
        i = endOfString(text, i)
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

/** Whether a text has more than `count` opening brackets. Each needs a closing one, so a shorter text is not that deep. */
const hasMoreThan = (text: string, count: number): boolean => {
  if (text.length < 2 * count) return false
  let left = count
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) return true
    }
  }
  return false
}
