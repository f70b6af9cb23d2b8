/** The operator on numbers. */
import { Shape } from "@lead-gateway/document-check"
import { numberOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { between } from "../analysis/Ranges.ts"
import type { KindConstraint } from "../analysis/ValueConstraints.ts"
import { compareExactly, isShort, isWhole } from "../comparison.ts"
import { Met, truthOf, Unmet } from "../Truth.ts"
import { AllowText, Integer, limit } from "./keys.ts"
import { type Limits, needsMinBelowMax, needsOneOf, onValue, type Requirement } from "./Operator.ts"

export const numbers = {
  range: onValue({
    description: "The field must be a number within these limits, compared exactly, digit by digit.",
    aliases: ["between", "gt", "gte", "lt", "lte"],
    keys: {
      min: Shape.optional(limit("The number is at least this.")),
      max: Shape.optional(limit("The number is at most this.")),
      above: Shape.optional(limit("The number is more than this.")),
      below: Shape.optional(limit("The number is less than this.")),
      integer: Shape.optional(Integer),
      allow_text: Shape.optional(AllowText),
    },
    checkLimits: (condition, report) => {
      needsOneOf(condition, ["min", "max", "above", "below", "integer", "allow_text"], report)
      needsMinBelowMax(condition, report)
      const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = condition
      if (above >= max) report(["max"], max, `more than above, which is ${above}`)
      if (min >= below) report(["below"], below, `more than min, which is ${min}`)
      if (above >= below) report(["below"], below, `more than above, which is ${above}`)
    },
    compile: (condition) => range(condition),
    constraints: (condition) => {
      const numbers = between(condition, condition.integer === true ? "here" : "no")
      return new Map<ValueKind, KindConstraint>([
        ["number", { exact: ["value", numbers] }],
        ...(condition.allow_text === true ? [["text", { exact: ["number", numbers] }] as const] : []),
      ])
    },
  }),
}

/** Met by the numbers within limits. */
export const range = (limits: Limits): Requirement => {
  const min = limits.min ?? Number.NEGATIVE_INFINITY
  const max = limits.max ?? Number.POSITIVE_INFINITY
  const above = limits.above ?? Number.NEGATIVE_INFINITY
  const below = limits.below ?? Number.POSITIVE_INFINITY
  const { integer = false, allow_text: allowText = false } = limits
  /** For a number as it is written, which may have more digits than a double keeps. */
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
        const whole = digitsOf(value)
        if (!Number.isNaN(whole)) return acceptsDouble(whole) ? Met : Unmet
        const number = numberOf(value)
        if (isShort(value)) return truthOf(acceptsDouble(number))
        return truthOf(!Number.isNaN(number) && acceptsWritten(value))
      }
      return truthOf(isRawNumber(value) && acceptsWritten(value.rawJSON))
    },
    expected: expectedOf(limits),
    limits,
    kinds: allowText ? ["number", "text"] : ["number"],
    verb: "is",
  }
}

/** The number of a text of at most 15 digits, as most texts with numbers are; NaN for any other text. */
const digitsOf = (text: string): number => {
  if (text.length > 15) return Number.NaN
  let number = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** The limits that a number meets exactly if it meets all of these. */
export const tightest = (all: ReadonlyArray<Limits>): Limits => ({
  min: Math.max(...all.map(({ min = Number.NEGATIVE_INFINITY }) => min)),
  max: Math.min(...all.map(({ max = Number.POSITIVE_INFINITY }) => max)),
  above: Math.max(...all.map(({ above = Number.NEGATIVE_INFINITY }) => above)),
  below: Math.min(...all.map(({ below = Number.POSITIVE_INFINITY }) => below)),
  integer: all.some(({ integer }) => integer === true),
})

const expectedOf = ({ min, max, above, below, integer }: Limits): string => {
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
