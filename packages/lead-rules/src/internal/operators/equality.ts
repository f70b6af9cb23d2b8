import { kindOf, type ValueKind } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { Met, type Truth, truthOf, Unmet } from "../Truth.ts"
import { compareExactly } from "./decimal.ts"
import type { Accepts, Requirement } from "./Operator.ts"
import { anyKind } from "./Operator.ts"
import { oneOf } from "./words.ts"

/** What a document can ask for. */
export type Value = string | number | boolean

export const isOneOf = (values: ReadonlyArray<Value>, ignoreCase: boolean): Requirement => ({
  accepts: among(values, ignoreCase),
  wanted: `be ${oneOf(values)}${caseWords(ignoreCase && values.some((value) => typeof value === "string"))}`,
  kinds: Array.from(new Set<ValueKind>(values.map(kindOf))),
  verb: "is",
})

/** Anything that is there, but none of these. */
export const isNoneOf = (values: ReadonlyArray<Value>, ignoreCase: boolean): Requirement => {
  const { accepts, wanted, kinds, verb } = isOneOf(values, ignoreCase)
  return {
    accepts: (value, now) => (accepts(value, now) === Unmet ? Met : Unmet),
    settled: (kind) => (kinds.includes(kind) ? undefined : Met),
    ...(ignoreCase ? {} : { refused: values }),
    wanted: `not ${wanted}`,
    kinds: anyKind,
    verb,
  }
}

export const includes = (value: Value, ignoreCase: boolean): Requirement => {
  const accepts = equal(value, ignoreCase)
  return {
    accepts: (list, now) => {
      if (!Array.isArray(list)) return Unmet
      for (const item of list as ReadonlyArray<unknown>) {
        if (accepts(item, now) === Met) return Met
      }
      return Unmet
    },
    wanted: `include ${oneOf([value])}${caseWords(ignoreCase && typeof value === "string")}`,
    kinds: ["list"],
    verb: "does",
  }
}

/**
 * A text without its case: as Unicode maps it by itself, in no language.
 *
 * Character by character: a sigma at the end of a word is written in another way, and is no other letter.
 */
export const fold = (text: string): string => {
  const small = text.toLowerCase()
  // To look first is four times faster, and few texts are Greek.
  return small.includes("ς") ? small.replaceAll("ς", "σ") : small
}

export const caseWords = (ignoreCase: boolean): string => (ignoreCase ? " in any case" : "")

const equal = (wanted: Value, ignoreCase: boolean): Accepts => {
  if (typeof wanted === "string" && ignoreCase) {
    const folded = fold(wanted)
    return (value) => truthOf(typeof value === "string" && fold(value) === folded)
  }
  if (typeof wanted === "number") {
    return (value) => {
      if (typeof value === "number") return value === wanted ? Met : Unmet
      return truthOf(isRawNumber(value) && compareExactly(value.rawJSON, wanted) === 0)
    }
  }
  return (value) => (value === wanted ? Met : Unmet)
}

/** The most values that are compared faster one by one than looked up. */
const maxCompared = 8

const among = (values: ReadonlyArray<Value>, ignoreCase: boolean): Accepts => {
  const [first] = values
  if (values.length === 1 && first !== undefined) return equal(first, ignoreCase)
  const wanted = values.map((value) => (ignoreCase && typeof value === "string" ? fold(value) : value))
  const set = new Set<unknown>(wanted)
  if (ignoreCase) {
    return (value) => (set.has(typeof value === "string" ? fold(value) : value) ? Met : rawAmong(set, value))
  }
  if (wanted.length > maxCompared) return (value) => (set.has(value) ? Met : rawAmong(set, value))
  return (value) => {
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i] === value) return Met
    }
    return rawAmong(set, value)
  }
}

/** A number of many digits has a nearest double, and is no other number that a document can say. */
const rawAmong = (set: ReadonlySet<unknown>, value: unknown): Truth => {
  if (typeof value !== "object" || !isRawNumber(value)) return Unmet
  const double = Number(value.rawJSON)
  return truthOf(set.has(double) && compareExactly(value.rawJSON, double) === 0)
}
