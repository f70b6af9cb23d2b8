import { type Json, parse, type RawNumber } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"

/** A number as its digits before and after the point; neither rounded nor limited to the range of a double. */
export interface Decimal {
  readonly negative: boolean
  /** `"0"` or digits without a leading zero. */
  readonly whole: string
  readonly fraction: string
}

/** Decimal notation as JSON has it, and also with a plus sign, with leading zeros, and `.5`. */
const form = /^([+-]?)(?:(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?|\.(\d+))$/

/**
 * One separator before three digits, which is in doubt: `5.000` is 5000 in German notation and 5 in English notation.
 *
 * The normaliser reads it only if a notation is declared, and then as a number, which is not in doubt.
 */
const ambiguousForm = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/

/** Longer texts of an attribute are no numbers, nor for the normaliser. */
const maxLength = 400

/** Bounds the zeros that an exponent can produce. The gateway accepts no payload with a larger exponent either. */
const maxExponent = 400

/** Whether a text is a number in one notation and another number in another. */
export const isAmbiguous = (text: string): boolean => ambiguousForm.test(text.trim())

/** The texts of most leads, for which nothing is allocated. */
const plainForm = /^\d{1,15}$/

/** Why a value is no number: neither one nor a text of one, or beyond what a double holds; `undefined` if it is one. */
export const numberProblem = (
  value: string | number | RawNumber,
): "not_a_number" | "ambiguous_number" | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "not_a_number"
  if (typeof value === "string") {
    if (plainForm.test(value)) return undefined
    if (value.length > maxLength) return "not_a_number"
    if (isAmbiguous(value)) return "ambiguous_number"
  }
  return decimalOf(value) !== undefined && Number.isFinite(Number(textOf(value))) ? undefined : "not_a_number"
}

/** The digits of a number, or of a text in decimal notation (`-2.5`, `1e3`, white space around it). */
export const decimalOf = (value: string | number | RawNumber): Decimal | undefined => {
  const text = textOf(value)
  if (typeof value === "string" && ambiguousForm.test(text)) return undefined
  const [, sign, before = "0", fraction = "", power = "0", behind = fraction] = form.exec(text) ?? []
  const exponent = Number(power)
  if (sign === undefined || !(Math.abs(exponent) <= maxExponent)) return undefined
  const digits =
    exponent < 0
      ? before.padStart(before.length + -exponent, "0") + behind
      : before + behind.padEnd(exponent, "0")
  const point = exponent < 0 ? before.length : before.length + exponent
  const whole = digits.slice(0, point).replace(/^0+/, "")
  return { negative: sign === "-", whole: whole === "" ? "0" : whole, fraction: digits.slice(point) }
}

const textOf = (value: string | number | RawNumber): string => {
  if (typeof value === "string") return value.trim()
  return typeof value === "number" ? String(value) : value.rawJSON
}

/** Compares two numbers digit by digit: negative, zero or positive as the first is smaller, equal or larger. */
export const compareDecimals = (one: Decimal, other: Decimal): number => {
  const [sign, otherSign] = [signOf(one), signOf(other)]
  if (sign !== otherSign) return sign - otherSign
  const longer = one.whole.length - other.whole.length
  const larger =
    longer === 0
      ? compareDigits(one.whole, other.whole) || compareDigits(digitsAfter(one), digitsAfter(other))
      : longer
  return sign * larger
}

/** Compares digits of the same value each, from the first on. */
const compareDigits = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

/** The digits after the point without zeros at the end. */
const digitsAfter = ({ fraction }: Decimal): string => fraction.replace(/0+$/, "")

/** -1, 0 or 1. Zero has no sign. */
const signOf = ({ negative, whole, fraction }: Decimal): number => {
  if (!/[1-9]/.test(whole + fraction)) return 0
  return negative ? -1 : 1
}

/** The same text for the same number, however it is written: `1e3` and `1000.0` are both `1000`. */
export const numberKey = (value: number | RawNumber): string => {
  const decimal = decimalOf(value)
  return decimal === undefined
    ? textOf(value)
    : print({ ...decimal, fraction: digitsAfter(decimal) }, ".", "")
}

/** Rounds to a number of decimals, half away from zero, and pads with zeros. */
export const rounded = ({ negative, whole, fraction }: Decimal, decimals: number): Decimal => {
  const kept = whole + fraction.slice(0, decimals).padEnd(decimals, "0")
  const up = fraction.charCodeAt(decimals) >= 0x35 // the digit 5; NaN where there is none
  const digits = up ? next(kept) : kept
  const point = digits.length - decimals
  return { negative, whole: digits.slice(0, point), fraction: digits.slice(point) }
}

/** The digits of the next whole number. */
const next = (digits: string): string => {
  let at = digits.length - 1
  while (digits[at] === "9") at--
  const zeros = "0".repeat(digits.length - 1 - at)
  return at < 0 ? `1${zeros}` : `${digits.slice(0, at)}${Number(digits[at]) + 1}${zeros}`
}

/** Whether all digits after the point are zeros. */
export const isWhole = ({ fraction }: Decimal): boolean => !/[1-9]/.test(fraction)

/** Prints a number: `print(decimal, ",", ".")` gives `-1.234,50`. Zero has no sign. */
export const print = ({ negative, whole, fraction }: Decimal, mark: string, group: string): string => {
  const sign = negative && /[1-9]/.test(whole + fraction) ? "-" : ""
  return `${sign}${grouped(whole, group)}${fraction === "" ? "" : mark + fraction}`
}

const grouped = (whole: string, group: string): string => {
  if (group === "" || whole.length < 4) return whole
  const groups = [whole.slice(0, whole.length % 3)]
  for (let at = whole.length % 3; at < whole.length; at += 3) groups.push(whole.slice(at, at + 3))
  return groups.filter((digits) => digits !== "").join(group)
}

/** The JSON number with exactly these digits; `undefined` if `lossless-json` does not read that many. */
export const jsonNumberOf = (decimal: Decimal): Json | undefined => {
  const number = parse(print(decimal, ".", ""))
  return Result.isSuccess(number) ? number.success : undefined
}
