import { type Json, parse, type RawNumber } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"

/** A number as its digits before and after the point; neither rounded nor limited to the range of a double. */
export interface Decimal {
  readonly negative: boolean
  /** `"0"` or digits without a leading zero. */
  readonly whole: string
  readonly fraction: string
}

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Bounds the zeros that an exponent can produce. The gateway accepts no payload with a larger exponent either. */
const maxExponent = 400

/** The digits of a number, or of a text in decimal notation (`-2.5`, `1e3`, white space around it). */
export const decimalOf = (value: string | number | RawNumber): Decimal | undefined => {
  const text = typeof value === "string" ? value.trim() : printed(value)
  const [, sign, before = "", behind = "", power = "0"] = form.exec(text) ?? []
  const exponent = Number(power)
  if (sign === undefined || before + behind === "" || !(Math.abs(exponent) <= maxExponent)) return undefined
  const digits =
    exponent < 0
      ? before.padStart(before.length + -exponent, "0") + behind
      : before + behind.padEnd(exponent, "0")
  const point = exponent < 0 ? before.length : before.length + exponent
  const whole = digits.slice(0, point).replace(/^0+/, "")
  return { negative: sign === "-", whole: whole === "" ? "0" : whole, fraction: digits.slice(point) }
}

const printed = (value: number | RawNumber): string =>
  typeof value === "number" ? String(value) : value.rawJSON

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
