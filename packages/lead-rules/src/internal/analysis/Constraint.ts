import { momentOf } from "../moment.ts"
import { fold } from "../operators/equality.ts"
import { isShort } from "../operators/decimal.ts"
import { codePointsOf } from "../operators/texts.ts"
import { numberOf } from "@lead-gateway/lead-field"
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
  contraryOfRanges,
  isInRanges,
  isNoRange,
  isWithinRanges,
  joinRanges,
  meetRanges,
  type Ranges,
} from "./Ranges.ts"

/** What is asked of one aspect of a value. */
export type Constraint = Ranges | Words | Opaque

/** Texts of a language, without those of others. */
export interface Words {
  readonly _tag: "Words"
  /** Any text, where there is none. */
  readonly within?: Language
  readonly outside: ReadonlyArray<Language>
}

/** A question of which nothing is known but that its answer is the same each time. */
export interface Opaque {
  readonly _tag: "Opaque"
  readonly holds: boolean
  /** The answer for a text, where it can be told here. */
  readonly test: (text: string) => boolean | undefined
}

/** The most languages that are remembered as forbidden: to forget one costs findings, and never makes a false one. */
const maxOutside = 8

/** Both together: never less than that, and of two kinds no more than the first says. */
export const meet = (a: Constraint, b: Constraint): Constraint => {
  if (a._tag === "Ranges" && b._tag === "Ranges") return meetRanges(a, b)
  if (a._tag === "Words" && b._tag === "Words") return meetWords(a, b)
  return a._tag === "Opaque" && b._tag === "Opaque" && a.holds !== b.holds ? noRange : a
}

/** Whether nothing can meet it. */
export const isNever = (constraint: Constraint): boolean => {
  if (constraint._tag === "Ranges") return isNoRange(constraint)
  if (constraint._tag === "Opaque") return false
  const { within, outside } = constraint
  if (within === undefined) return false
  return isNoText(within) || outside.some((language) => isWithinLanguage(within, language))
}

/** Whether all that meets the first meets the second. `false` may mean that it is not known. */
export const implies = (a: Constraint, b: Constraint): boolean => {
  if (a._tag === "Ranges" && b._tag === "Ranges") return isWithinRanges(a, b)
  if (a._tag === "Opaque" && b._tag === "Opaque") return a.holds === b.holds
  return a._tag === "Words" && b._tag === "Words" && wordsImply(a, b)
}

/** Either of both: a constraint, or that there is none; `undefined` where neither says it exactly. */
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
  return a._tag === "Words" && b._tag === "Words" ? joinWords(a, b) : undefined
}

/** About how much there is to look at. */
export const sizeOf = (constraint: Constraint): number => {
  if (constraint._tag === "Opaque") return 1
  if (constraint._tag === "Ranges") return 1 + constraint.cuts.length
  const { within, outside } = constraint
  return outside.reduce(
    (sum, language) => sum + sizeOfLanguage(language),
    within ? sizeOfLanguage(within) : 1,
  )
}

/** The contrary, of what has this aspect at all; `undefined` where no constraint says it exactly. */
export const contraryOf = (constraint: Constraint): Constraint | undefined => {
  if (constraint._tag === "Ranges") return contraryOfRanges(constraint)
  if (constraint._tag === "Opaque") return { ...constraint, holds: !constraint.holds }
  const { within, outside } = constraint
  if (within !== undefined) return outside.length === 0 ? { _tag: "Words", outside: [within] } : undefined
  const [only] = outside
  return only !== undefined && outside.length === 1 ? { _tag: "Words", within: only, outside: [] } : undefined
}

/** Whether a text meets what is asked of an aspect; `undefined` where it cannot be told. */
export const isMetBy = (aspect: string, constraint: Constraint, text: string): boolean | undefined => {
  switch (constraint._tag) {
    case "Opaque": {
      const answer = constraint.test(text)
      return answer === undefined ? undefined : answer === constraint.holds
    }
    case "Ranges": {
      const number = measured(aspect, text)
      return number === undefined ? undefined : isInRanges(constraint, number)
    }
    case "Words": {
      const looked = asLookedAt(aspect, text)
      const { within, outside } = constraint
      if (within !== undefined && !isIn(within, looked)) return false
      return !outside.some((language) => isIn(language, looked))
    }
  }
}

/** A text as the constraints of an aspect look at it: `text`, `folded`, `backwards`, `folded backwards`. */
const asLookedAt = (aspect: string, text: string): string => {
  const folded = aspect.startsWith("folded") ? fold(text) : text
  return aspect.endsWith("backwards") ? backwards(folded) : folded
}

export const backwards = (text: string): string => {
  let reversed = ""
  for (let index = text.length - 1; index >= 0; index--) reversed += text[index]
  return reversed
}

/** What an aspect measures of a text: a number, or NaN where there is none. */
const measured = (aspect: string, text: string): number | undefined => {
  if (aspect === "length") return codePointsOf(text)
  if (aspect === "moment") return momentOf(text)
  // A number of many digits is not the double nearest to it.
  return aspect === "number" && isShort(text) ? numberOf(text) : undefined
}

const meetWords = (a: Words, b: Words): Words => {
  const within = a.within && b.within ? meetLanguages(a.within, b.within) : (a.within ?? b.within)
  const outside = [...a.outside, ...b.outside].slice(0, maxOutside)
  if (within === undefined) return { _tag: "Words", outside }
  const texts = Array.from(within.texts).filter(
    (text) => ![...a.outside, ...b.outside].some((out) => isIn(out, text)),
  )
  return { _tag: "Words", within: { ...within, texts: new Set(texts) }, outside }
}

const wordsImply = (a: Words, b: Words): boolean => {
  const { within } = a
  if (b.within !== undefined && (within === undefined || !isWithinLanguage(within, b.within))) return false
  return b.outside.every(
    (forbidden) =>
      (within !== undefined && isNoText(meetLanguages(within, forbidden))) ||
      a.outside.some((known) => isWithinLanguage(forbidden, known)),
  )
}

const joinWords = (a: Words, b: Words): Words | "anything" | undefined => {
  const [outA, outB] = [a.outside[0], b.outside[0]]
  if (a.outside.length + b.outside.length === 0) {
    return a.within && b.within
      ? { _tag: "Words", within: joinLanguages(a.within, b.within), outside: [] }
      : "anything"
  }
  if (a.outside.length > 1 || b.outside.length > 1) return undefined
  if (outA && outB && !a.within && !b.within) {
    const both = meetLanguages(outA, outB)
    return isNoText(both) ? "anything" : { _tag: "Words", outside: [both] }
  }
  const [within, out] =
    outA && !a.within ? [b.within, outA] : [a.within, outB && !b.within ? outB : undefined]
  return within && out && a.outside.length + b.outside.length === 1 && isWithinLanguage(out, within)
    ? "anything"
    : undefined
}

const noRange: Ranges = { _tag: "Ranges", fromBelow: false, cuts: [], other: false, whole: "no" }
