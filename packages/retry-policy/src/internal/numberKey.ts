import type { RawNumber } from "@lead-gateway/lossless-json"

/** A JSON number: its sign, its digits before and after the point, and its exponent. */
const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * A text that two numbers share if, and only if, they are equal, however they are written and however many digits they
 * have: `1e3`, `1000.0` and `1000` have the same. Zero has no sign.
 */
export const numberKey = (value: number | RawNumber): string => {
  const text = typeof value === "number" ? String(value) : value.rawJSON
  const [, sign, integer = "", fraction = "", exponent = "0"] = form.exec(text) ?? []
  if (sign === undefined) return `number ${text}`
  const digits = (integer + fraction).replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  if (significant === "") return "number 0"
  const power = Number(exponent) - fraction.length + digits.length - significant.length
  return `number ${sign}${significant}e${power}`
}
