/** How values are compared: numbers digit by digit, texts in any case and by their code points. */
import { isRawNumber, type RawNumber } from "@lead-gateway/lossless-json"

/** A number of a document: a double that means what it prints as, or one with more digits. */
export type Exact = number | RawNumber

/** A number as it is written. */
const written = (number: Exact): string => (typeof number === "number" ? String(number) : number.rawJSON)

/** Compares a lower limit with an upper one, `-Infinity` and `Infinity` where there is none: negative, zero or positive. */
export const compareLimits = (lower: Exact, upper: Exact): number =>
  lower === -Infinity || upper === Infinity ? -1 : compareExactly(written(lower), upper)

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** A double keeps every digit of a number of at most so many digits without an exponent. */
const exactLength = 15

/** Whether a number is short enough for its nearest double to compare exactly as the number itself does. */
export const isShort = (text: string): boolean => text.length <= exactLength && !/[eE]/.test(text)

/**
 * Compares a number, as it is written, with a number of a document: negative, zero or positive.
 *
 * A `0.3` in the document means three tenths, not the nearest double, so `0.30000000000000001` is greater. Linear
 * in the length of the text, which is a JSON number or any text that `numberOf` reads as a number.
 */
export const compareExactly = (text: string, bound: Exact): number => {
  if (isRawNumber(bound)) {
    const difference = Number(text) - Number(bound.rawJSON)
    // Infinity minus itself is NaN, though two numbers beyond every double may differ. So is what is no number.
    if (difference !== 0 && !(Number.isNaN(difference) && isDecimal(text))) return difference
    return compare(decimalOf(text.trim()), decimalOf(bound.rawJSON))
  }
  // An infinite bound is no bound: no number lies beyond it, not even one too large for a double.
  if (!Number.isFinite(bound)) return -bound
  const double = Number(text)
  if (double !== bound) return double - bound
  // The nearest doubles are equal. So are the numbers, unless one has more digits than a double keeps.
  if (isShort(text)) return 0
  return compare(decimalOf(text.trim()), decimalOf(String(bound)))
}

const isDecimal = (text: string): boolean => form.test(text.trim())

/** One text for each number, however it is written: `1.50` and `15e-1` have the same. */
export const canonical = (text: string): string => {
  const { sign, digits, power } = decimalOf(text.trim())
  return digits === "" ? "0" : `${sign}:${digits}:${power}`
}

/** Whether a number, as it is written, is whole. */
export const isWhole = (text: string): boolean => {
  if (!isDecimal(text)) return false
  const { digits, power } = decimalOf(text.trim())
  return digits.length <= power
}

/** The number `0.digits` times ten to the `power`; zero has no digits. */
interface Decimal {
  readonly sign: 1 | -1
  readonly digits: string
  readonly power: number
}

const decimalOf = (text: string): Decimal => {
  const [, sign, integer = "", fraction = "", exponent = "0"] = form.exec(text) ?? []
  const all = integer + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return { sign: 1, digits: "", power: 0 }
  let end = all.length
  while (all.charCodeAt(end - 1) === 0x30) end--
  return {
    sign: sign === "-" ? -1 : 1,
    digits: all.slice(first, end),
    power: integer.length - first + Number(exponent),
  }
}

const compare = (a: Decimal, b: Decimal): number => {
  if (a.digits === "" || b.digits === "") return signOf(a) - signOf(b)
  if (a.sign !== b.sign) return a.sign
  if (a.power !== b.power) return a.power > b.power ? a.sign : -a.sign
  // Neither has leading or trailing zeros, so text order is numeric order.
  if (a.digits === b.digits) return 0
  return a.digits > b.digits ? a.sign : -a.sign
}

const signOf = ({ digits, sign }: Decimal): number => (digits === "" ? 0 : sign)

/**
 * A text in one case, so that texts compare equal in any: the lower case that Unicode gives without a language.
 *
 * Each character is folded by itself: a final sigma is the same letter as any other sigma.
 */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  // Looking first is four times faster, and few texts are Greek.
  return lower.includes("ς") ? lower.replaceAll("ς", "σ") : lower
}

/** The number of code points in a text; an unpaired surrogate counts as one. */
export const codePointsOf = (text: string): number => {
  let count = text.length
  for (let i = 1; i < text.length; i++) {
    // A low surrogate that follows a high one.
    if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) continue
    if ((text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--
  }
  return count
}
