/** The operators that compare a field with given values, or with a kind of value. */
import { Shape } from "@lead-gateway/document-check"
import { kindOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber, type RawNumber } from "@lead-gateway/lossless-json"
import { noneOfValues, oneOfValues } from "../analysis/ValueConstraints.ts"
import { canonical, compareExactly, type Exact, fold } from "../comparison.ts"
import { Met, type Truth, truthOf, Unmet } from "../Truth.ts"
import { IgnoreCase, SingleValue, ValueList } from "./keys.ts"
import { type Accepts, anyKind, inAnyCase, noLimits, oneOf, onValue, type Requirement } from "./Operator.ts"

const kindNames = ["text", "number", "boolean", "list", "object"] as const

const Kind = Shape.literals(kindNames, {
  description: "The kind of value; any number is a number, however many digits it has.",
})

export const equality = {
  equals: onValue({
    description: "The field must be exactly this value, of this type.",
    aliases: ["eq"],
    keys: { value: SingleValue, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => isOneOf([value], ignore_case === true),
    constraints: ({ value, ignore_case }, { name }) => oneOfValues([value], name, ignore_case),
  }),
  not_equals: onValue({
    description: "The field must be there and be anything but this value.",
    aliases: ["ne"],
    keys: { value: SingleValue, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => isNoneOf([value], ignore_case === true),
    constraints: ({ value, ignore_case }, { name }) => noneOfValues([value], name, ignore_case),
  }),
  one_of: onValue({
    description: "The field must be exactly one of these values.",
    aliases: ["in"],
    keys: { values: ValueList, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ values, ignore_case }) => isOneOf(values, ignore_case === true),
    constraints: ({ values, ignore_case }, { name }) => oneOfValues(values, name, ignore_case),
  }),
  none_of: onValue({
    description: "The field must be there and be none of these values.",
    aliases: ["not_in"],
    keys: { values: ValueList, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ values, ignore_case }) => isNoneOf(values, ignore_case === true),
    constraints: ({ values, ignore_case }, { name }) => noneOfValues(values, name, ignore_case),
  }),
  type: onValue({
    description: "The field must be a value of this kind.",
    aliases: [],
    keys: { type: Kind },
    checkLimits: noLimits,
    compile: ({ type }) => isOfKind(type),
    constraints: ({ type }) => new Map([[type, {}]]),
  }),
}

/** A value of a document. */
type Value = string | Exact | boolean

const isOneOf = (values: ReadonlyArray<Value>, ignoreCase: boolean): Requirement => ({
  accepts: equalsOneOf(values, ignoreCase),
  expected: `be ${oneOf(values)}${inAnyCase(ignoreCase && values.some((value) => typeof value === "string"))}`,
  kinds: Array.from(new Set<ValueKind>(values.map(kindOf))),
  verb: "is",
})

/** Met by any value but these. */
export const isNoneOf = (values: ReadonlyArray<Value>, ignoreCase: boolean): Requirement => {
  const { accepts, expected, kinds, verb } = isOneOf(values, ignoreCase)
  return {
    accepts: (value, now) => (accepts(value, now) === Unmet ? Met : Unmet),
    truthOfKind: (kind) => (kinds.includes(kind) ? undefined : Met),
    ...(ignoreCase ? {} : { excluded: values }),
    expected: `not ${expected}`,
    kinds: anyKind,
    verb,
  }
}

const isOfKind = (kind: ValueKind): Requirement => ({
  accepts: (value) => (kindOf(value) === kind ? Met : Unmet),
  truthOfKind: (other) => (other === kind ? Met : Unmet),
  expected: `be ${kind === "object" ? "an" : "a"} ${kind}`,
  kinds: [kind],
  verb: "is",
})

/** Whether a value equals one of a document; numbers digit by digit. */
export const equalTo = (expected: Value, ignoreCase: boolean): Accepts => {
  if (typeof expected === "string" && ignoreCase) {
    const folded = fold(expected)
    return (value) => truthOf(typeof value === "string" && fold(value) === folded)
  }
  if (isRawNumber(expected)) {
    return (value) => {
      if (typeof value === "number") return truthOf(compareExactly(String(value), expected) === 0)
      return truthOf(isRawNumber(value) && compareExactly(value.rawJSON, expected) === 0)
    }
  }
  if (typeof expected === "number") {
    return (value) => {
      if (typeof value === "number") return value === expected ? Met : Unmet
      return truthOf(isRawNumber(value) && compareExactly(value.rawJSON, expected) === 0)
    }
  }
  return (value) => (value === expected ? Met : Unmet)
}

/** Up to so many values are compared one by one, which is faster than looking them up. */
const maxCompared = 8

const equalsOneOf = (values: ReadonlyArray<Value>, ignoreCase: boolean): Accepts => {
  const [first] = values
  if (values.length === 1 && first !== undefined) return equalTo(first, ignoreCase)
  const expected = values.map((value) => (ignoreCase && typeof value === "string" ? fold(value) : value))
  const set = new Set<unknown>(expected)
  const rawOneOf = rawOneOfThese(set, values.filter(isRawNumber))
  if (ignoreCase) {
    return (value) => (set.has(typeof value === "string" ? fold(value) : value) ? Met : rawOneOf(value))
  }
  if (expected.length > maxCompared) return (value) => (set.has(value) ? Met : rawOneOf(value))
  return (value) => {
    for (let i = 0; i < expected.length; i++) {
      if (expected[i] === value) return Met
    }
    return rawOneOf(value)
  }
}

/** A number of many digits can only equal its nearest double, or another number of many digits. */
const rawOneOfThese = (
  set: ReadonlySet<unknown>,
  long: ReadonlyArray<RawNumber>,
): ((value: unknown) => Truth) => {
  const canonicals = new Set(long.map(({ rawJSON }) => canonical(rawJSON)))
  return (value) => {
    if (typeof value !== "object" || !isRawNumber(value)) return Unmet
    const double = Number(value.rawJSON)
    if (set.has(double) && compareExactly(value.rawJSON, double) === 0) return Met
    return truthOf(canonicals.size > 0 && canonicals.has(canonical(value.rawJSON)))
  }
}
