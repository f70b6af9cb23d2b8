/** The operator on postal codes. */
import { Shape } from "@lead-gateway/document-check"
import { languageOf } from "../analysis/Language.ts"
import { onTexts } from "../analysis/ValueConstraints.ts"
import { Met, Unmet } from "../Truth.ts"
import { listOf } from "./keys.ts"
import { alternatives, needsOneOf, onValue, type Requirement } from "./Operator.ts"

const expectedRange =
  'a range such as "66000-66999": as many digits on both sides, at most 10, the lower first'

const sameLength = Array.from({ length: 10 }, (_, index) => `\\d{${index + 1}}-\\d{${index + 1}}`).join("|")

const rangeForm = new RegExp(`^(?:${sameLength})$`, "u")

const range = Shape.text({
  form: rangeForm,
  also: {
    holds: (text) => {
      const [from = "", to = ""] = text.split("-")
      return from <= to
    },
  },
  expected: expectedRange,
})

const prefix = Shape.text({
  form: /^[0-9A-Za-z][0-9A-Za-z -]{0,11}\*$/u,
  expected: 'the beginning of a code and a star, such as "66*"',
})

const code = Shape.text({
  form: /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,11}[0-9A-Za-z])?$/u,
  expected: 'a code such as "66123", in quotation marks: letters, digits, spaces and hyphens',
})

const keys = {
  codes: Shape.optional(
    listOf(code, "a list of codes with at least one item", 'Codes, as texts: "66123", "SW1A 1AA".'),
  ),
  ranges: Shape.optional(
    listOf(
      range,
      "a list of ranges with at least one item",
      'Ranges, both ends included: "66000-66999" takes every code of five digits from 66000 to 66999.',
    ),
  ),
  prefixes: Shape.optional(
    listOf(
      prefix,
      "a list of prefixes with at least one item",
      'Beginnings of codes: "66*" takes all that begins with 66.',
    ),
  ),
}

export const zips = {
  zip: onValue({
    description:
      "The field must be a text that is one of these codes, in one of these ranges or begins with one of these prefixes; thousands cost no more than one.",
    aliases: ["postal_code", "zipcode"],
    keys,
    checkLimits: (condition, report) => needsOneOf(condition, ["codes", "ranges", "prefixes"], report),
    compile: (condition) => isZipIn(condition),
    constraints: ({ codes = [], ranges = [], prefixes = [] }) => {
      const within = languageOf({ texts: codes, ranges, prefixes: prefixes.map(withoutStar) })
      return onTexts(["text", { _tag: "Texts", within, outside: [] }])
    },
  }),
}

interface Zips {
  readonly codes?: ReadonlyArray<string>
  readonly ranges?: ReadonlyArray<string>
  readonly prefixes?: ReadonlyArray<string>
}

const withoutStar = (prefix: string): string => prefix.slice(0, -1)

const isZipIn = ({ codes = [], ranges = [], prefixes = [] }: Zips): Requirement => {
  const wholeCodes = new Set(codes)
  const beginnings = new Set(prefixes.map(withoutStar))
  const lengths = Array.from(new Set(Array.from(beginnings, ({ length }) => length)))
  const intervals = intervalsOf(ranges)
  return {
    accepts: (value) => {
      if (typeof value !== "string") return Unmet
      if (wholeCodes.has(value)) return Met
      for (const length of lengths) {
        if (beginnings.has(value.length === length ? value : value.slice(0, length))) return Met
      }
      const ofLength = intervals[value.length]
      return ofLength !== undefined && isWithin(ofLength, value) ? Met : Unmet
    },
    expected: `be one of the codes ${alternatives([...codes, ...ranges, ...prefixes])}`,
    kinds: ["text"],
    verb: "is",
  }
}

/** Intervals of codes of one length, sorted and merged: where each starts and where it ends. */
interface Intervals {
  readonly starts: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
}

/** The intervals by the length of their codes. */
const intervalsOf = (ranges: ReadonlyArray<string>): ReadonlyArray<Intervals | undefined> => {
  const byLength: Array<Array<readonly [number, number]> | undefined> = []
  for (const range of ranges) {
    const [from = "", to = ""] = range.split("-")
    ;(byLength[from.length] ??= []).push([Number(from), Number(to)])
  }
  return Array.from(byLength, (intervals) => intervals && merged(intervals))
}

const merged = (intervals: Array<readonly [number, number]>): Intervals => {
  const starts: Array<number> = []
  const ends: Array<number> = []
  for (const [start, end] of intervals.sort(([a], [b]) => a - b)) {
    const last = ends.length - 1
    const lastEnd = ends[last]
    if (lastEnd !== undefined && start <= lastEnd + 1) ends[last] = Math.max(lastEnd, end)
    else {
      starts.push(start)
      ends.push(end)
    }
  }
  return { starts, ends }
}

const isWithin = ({ starts, ends }: Intervals, text: string): boolean => {
  let code = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return false
    code = code * 10 + digit
  }
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= code) low = middle
    else high = middle - 1
  }
  return code >= (starts[low] ?? 0) && code <= (ends[low] ?? -1)
}
