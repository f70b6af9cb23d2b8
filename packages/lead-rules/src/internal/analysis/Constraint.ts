import { numberOf } from "@lead-gateway/lead-field"
import { momentOf } from "../calendar.ts"
import { codePointsOf, fold, isShort } from "../comparison.ts"
import {
  isIn,
  isNoText,
  isWithinLanguage,
  joinLanguages,
  type Language,
  meetLanguages,
  sizeOfLanguage,
} from "./Language.ts"
import {
  complementOfRanges,
  isInRanges,
  isNoRange,
  isWithinRanges,
  joinRanges,
  meetRanges,
  type Ranges,
} from "./Ranges.ts"

/** What one aspect of a value must be. */
export type Constraint = Ranges | Texts | Opaque

/** The texts of one language that are in none of the others. */
export interface Texts {
  readonly _tag: "Texts"
  /** Without one, all texts. */
  readonly within?: Language
  readonly outside: ReadonlyArray<Language>
}

/** A condition that is not analysed any further: equal to itself, and the complement of its negation. */
export interface Opaque {
  readonly _tag: "Opaque"
  readonly holds: boolean
  /** Whether a text meets the condition; `undefined` where the analysis cannot say. */
  readonly test: (text: string) => boolean | undefined
}

/** The most excluded languages that are kept. Dropping one may hide a finding, but never makes a false one. */
const maxOutside = 8

/** An upper bound of the intersection; the first where they are of different kinds. */
export const meet = (a: Constraint, b: Constraint): Constraint => {
  if (a._tag === "Ranges" && b._tag === "Ranges") return meetRanges(a, b)
  if (a._tag === "Texts" && b._tag === "Texts") return meetTexts(a, b)
  return a._tag === "Opaque" && b._tag === "Opaque" && a.holds !== b.holds ? noRange : a
}

/** Whether no value satisfies it. */
export const isUnsatisfiable = (constraint: Constraint): boolean => {
  if (constraint._tag === "Ranges") return isNoRange(constraint)
  if (constraint._tag === "Opaque") return false
  const { within, outside } = constraint
  if (within === undefined) return false
  return isNoText(within) || outside.some((language) => isWithinLanguage(within, language))
}

/** Whether the first implies the second. `false` may mean that it is undecided. */
export const implies = (a: Constraint, b: Constraint): boolean => {
  if (a._tag === "Ranges" && b._tag === "Ranges") return isWithinRanges(a, b)
  if (a._tag === "Opaque" && b._tag === "Opaque") return a.holds === b.holds
  return a._tag === "Texts" && b._tag === "Texts" && textsImply(a, b)
}

/** The union, which may be everything; `undefined` where no constraint is exactly the union. */
export const join = (a: Constraint, b: Constraint): Constraint | "anything" | undefined => {
  if (a._tag === "Ranges" && b._tag === "Ranges") {
    const either = joinRanges(a, b)
    return either !== undefined && either.fromBelow && either.cuts.length === 0 && either.whole !== "here"
      ? either.other
        ? "anything"
        : either
      : either
  }
  if (a._tag === "Opaque" && b._tag === "Opaque") return a.holds === b.holds ? a : "anything"
  return a._tag === "Texts" && b._tag === "Texts" ? joinTexts(a, b) : undefined
}

/** The approximate cost of working with a constraint. */
export const sizeOf = (constraint: Constraint): number => {
  if (constraint._tag === "Opaque") return 1
  if (constraint._tag === "Ranges") return 1 + constraint.cuts.length
  const { within, outside } = constraint
  return outside.reduce(
    (sum, language) => sum + sizeOfLanguage(language),
    within ? sizeOfLanguage(within) : 1,
  )
}

/** The complement among values that have this aspect; `undefined` where no constraint is exactly that. */
export const complementOf = (constraint: Constraint): Constraint | undefined => {
  if (constraint._tag === "Ranges") return complementOfRanges(constraint)
  if (constraint._tag === "Opaque") return { ...constraint, holds: !constraint.holds }
  const { within, outside } = constraint
  if (within !== undefined) return outside.length === 0 ? { _tag: "Texts", outside: [within] } : undefined
  const [only] = outside
  return only !== undefined && outside.length === 1 ? { _tag: "Texts", within: only, outside: [] } : undefined
}

/** Whether a text satisfies a constraint on an aspect; `undefined` where that is undecided. */
export const isSatisfiedBy = (aspect: string, constraint: Constraint, text: string): boolean | undefined => {
  switch (constraint._tag) {
    case "Opaque": {
      const answer = constraint.test(text)
      return answer === undefined ? undefined : answer === constraint.holds
    }
    case "Ranges": {
      const number = measured(aspect, text)
      return number === undefined ? undefined : isInRanges(constraint, number)
    }
    case "Texts": {
      const view = viewOf(aspect, text)
      const { within, outside } = constraint
      if (within !== undefined && !isIn(within, view)) return false
      return !outside.some((language) => isIn(language, view))
    }
  }
}

/** A text as an aspect presents it: `text`, `folded`, `reversed`, `folded reversed`. */
const viewOf = (aspect: string, text: string): string => {
  const folded = aspect.startsWith("folded") ? fold(text) : text
  return aspect.endsWith("reversed") ? reversed(folded) : folded
}

/** A text from its last UTF-16 unit to its first. */
export const reversed = (text: string): string => {
  let result = ""
  for (let index = text.length - 1; index >= 0; index--) result += text[index]
  return result
}

/** The measure of a text that an aspect is: NaN where the text has none, `undefined` where it is undecided. */
const measured = (aspect: string, text: string): number | undefined => {
  if (aspect === "length") return codePointsOf(text)
  if (aspect === "moment") return momentOf(text)
  // A number of many digits may differ from its nearest double.
  return aspect === "number" && isShort(text) ? numberOf(text) : undefined
}

const meetTexts = (a: Texts, b: Texts): Texts => {
  const within = a.within && b.within ? meetLanguages(a.within, b.within) : (a.within ?? b.within)
  const outside = [...a.outside, ...b.outside].slice(0, maxOutside)
  if (within === undefined) return { _tag: "Texts", outside }
  const texts = Array.from(within.texts).filter(
    (text) => ![...a.outside, ...b.outside].some((out) => isIn(out, text)),
  )
  return { _tag: "Texts", within: { ...within, texts: new Set(texts) }, outside }
}

const textsImply = (a: Texts, b: Texts): boolean => {
  const { within } = a
  if (b.within !== undefined && (within === undefined || !isWithinLanguage(within, b.within))) return false
  return b.outside.every(
    (excluded) =>
      (within !== undefined && isNoText(meetLanguages(within, excluded))) ||
      a.outside.some((known) => isWithinLanguage(excluded, known)),
  )
}

const joinTexts = (a: Texts, b: Texts): Texts | "anything" | undefined => {
  const [outA, outB] = [a.outside[0], b.outside[0]]
  if (a.outside.length + b.outside.length === 0) {
    return a.within && b.within
      ? { _tag: "Texts", within: joinLanguages(a.within, b.within), outside: [] }
      : "anything"
  }
  if (a.outside.length > 1 || b.outside.length > 1) return undefined
  if (outA && outB && !a.within && !b.within) {
    const both = meetLanguages(outA, outB)
    return isNoText(both) ? "anything" : { _tag: "Texts", outside: [both] }
  }
  const [within, out] =
    outA && !a.within ? [b.within, outA] : [a.within, outB && !b.within ? outB : undefined]
  return within && out && a.outside.length + b.outside.length === 1 && isWithinLanguage(out, within)
    ? "anything"
    : undefined
}

const noRange: Ranges = { _tag: "Ranges", fromBelow: false, cuts: [], other: false, whole: "no" }
