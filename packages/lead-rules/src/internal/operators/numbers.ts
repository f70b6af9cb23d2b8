import { numberOf } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { Met, truthOf, Unmet } from "../Truth.ts"
import { compareExactly, isShort, isWhole } from "./decimal.ts"
import type { Limits, Requirement } from "./Operator.ts"

export const range = (limits: Limits): Requirement => {
  const min = limits.min ?? Number.NEGATIVE_INFINITY
  const max = limits.max ?? Number.POSITIVE_INFINITY
  const above = limits.above ?? Number.NEGATIVE_INFINITY
  const below = limits.below ?? Number.POSITIVE_INFINITY
  const { integer = false, allow_text: allowText = false } = limits
  /** Of a number as it is written, which may have more digits than a double can tell. */
  const acceptsWritten = (text: string) =>
    compareExactly(text, min) >= 0 &&
    compareExactly(text, max) <= 0 &&
    compareExactly(text, above) > 0 &&
    compareExactly(text, below) < 0 &&
    (!integer || isWhole(text))
  const acceptsDouble = (value: number): boolean =>
    value >= min && value <= max && value > above && value < below && (!integer || Number.isInteger(value))
  return {
    accepts: (value) => {
      if (typeof value === "number") return acceptsDouble(value) ? Met : Unmet
      if (typeof value === "string") {
        if (!allowText) return Unmet
        const whole = spelled(value)
        if (!Number.isNaN(whole)) return acceptsDouble(whole) ? Met : Unmet
        const number = numberOf(value)
        if (isShort(value)) return truthOf(acceptsDouble(number))
        return truthOf(!Number.isNaN(number) && acceptsWritten(value))
      }
      return truthOf(isRawNumber(value) && acceptsWritten(value.rawJSON))
    },
    wanted: wordsOf(limits),
    limits,
    kinds: allowText ? ["number", "text"] : ["number"],
    verb: "is",
  }
}

/** What fifteen digits at most spell, as most texts do that are numbers; NaN for others. */
const spelled = (text: string): number => {
  if (text.length > 15) return Number.NaN
  let number = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** Limits that a number meets if it meets all of these. */
export const tightest = (all: ReadonlyArray<Limits>): Limits => ({
  min: Math.max(...all.map(({ min = Number.NEGATIVE_INFINITY }) => min)),
  max: Math.min(...all.map(({ max = Number.POSITIVE_INFINITY }) => max)),
  above: Math.max(...all.map(({ above = Number.NEGATIVE_INFINITY }) => above)),
  below: Math.min(...all.map(({ below = Number.POSITIVE_INFINITY }) => below)),
  integer: all.some(({ integer }) => integer === true),
})

const wordsOf = ({ min, max, above, below, integer }: Limits): string => {
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(above === undefined ? [] : [`more than ${above}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(below === undefined ? [] : [`less than ${below}`]),
  ]
  const kind = integer === true ? "a whole number" : "a number"
  if (bounds.length === 0) return `be ${kind}`
  return integer === true ? `be ${kind}, ${bounds.join(" and ")}` : `be ${bounds.join(" and ")}`
}
