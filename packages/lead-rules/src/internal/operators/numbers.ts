/** The operator on numbers. */
import { printValue, Shape } from "@lead-gateway/document-check"
import { numberOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { between } from "../analysis/Ranges.ts"
import { type KindConstraint, opaque } from "../analysis/ValueConstraints.ts"
import { compareExactly, compareLimits, type Exact, isShort, isWhole } from "../comparison.ts"
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
      const needsMore = (key: "max" | "below", upper: Exact, name: string, lower: Exact) => {
        if (compareLimits(lower, upper) < 0) return
        report([key], upper, `more than ${name}, which is ${printValue(lower)}`)
      }
      needsMore("max", max, "above", above)
      needsMore("below", below, "min", min)
      needsMore("below", below, "above", above)
    },
    compile: (condition) => range(condition),
    constraints: (condition, { name }) => {
      const { allow_text: allowText, ...limits } = condition
      // The analysis calculates with doubles.
      const numbers = areDoubles(limits)
        ? between(limits, limits.integer === true ? "here" : "no")
        : opaque(() => undefined)
      const aspects = areDoubles(limits) ? ["value", "number"] : [name, name]
      const [ofNumber = "", ofText = ""] = aspects
      return new Map<ValueKind, KindConstraint>([
        ["number", { exact: [ofNumber, numbers] }],
        ...(allowText === true ? [["text", { exact: [ofText, numbers] }] as const] : []),
      ])
    },
  }),
}

/** Met by the numbers within limits. */
export const range = (limits: Limits<Exact>): Requirement => {
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
  const acceptsDouble = areDoubles(limits)
    ? doubleWithin(limits)
    : (value: number) => acceptsWritten(String(value))
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
    ...(areDoubles(limits) ? { limits } : {}),
    kinds: allowText ? ["number", "text"] : ["number"],
    verb: "is",
  }
}

const areDoubles = (limits: Limits<Exact>): limits is Limits =>
  ![limits.min, limits.max, limits.above, limits.below].some(isRawNumber)

const doubleWithin = ({
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
  above = Number.NEGATIVE_INFINITY,
  below = Number.POSITIVE_INFINITY,
  integer = false,
}: Limits): ((value: number) => boolean) => {
  return (value) =>
    value >= min && value <= max && value > above && value < below && (!integer || Number.isInteger(value))
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

const expectedOf = ({ min, max, above, below, integer }: Limits<Exact>): string => {
  const bounds = [
    ...(min === undefined ? [] : [`at least ${printValue(min)}`]),
    ...(above === undefined ? [] : [`more than ${printValue(above)}`]),
    ...(max === undefined ? [] : [`at most ${printValue(max)}`]),
    ...(below === undefined ? [] : [`less than ${printValue(below)}`]),
  ]
  const kind = integer === true ? "a whole number" : "a number"
  if (bounds.length === 0) return `be ${kind}`
  return integer === true ? `be ${kind}, ${bounds.join(" and ")}` : `be ${bounds.join(" and ")}`
}
