import { codePointsOf } from "../comparison.ts"
import {
  isInRanges,
  isNoRange,
  isWithinRanges,
  joinRanges,
  meetRanges,
  type Ranges,
  union,
} from "./Ranges.ts"

/** A set of texts: single texts, all texts with a prefix, and ranges of codes that consist of digits. */
export interface Language {
  readonly texts: ReadonlySet<string>
  readonly prefixes: ReadonlySet<string>
  /** Ranges of codes, by the length of the codes. */
  readonly codes: ReadonlyMap<number, Ranges>
}

/** Makes a language; a range is written `66000-66999`. */
export const languageOf = ({
  texts = [],
  prefixes = [],
  ranges = [],
}: {
  readonly texts?: Iterable<string>
  readonly prefixes?: Iterable<string>
  readonly ranges?: Iterable<string>
}): Language => {
  const byLength = new Map<number, Array<readonly [number, number]>>()
  for (const range of ranges) {
    const [from = "", to = ""] = range.split("-")
    const intervals = byLength.get(from.length) ?? []
    intervals.push([Number(from), Number(to)])
    byLength.set(from.length, intervals)
  }
  const codes = new Map(Array.from(byLength, ([length, intervals]) => [length, union(intervals)]))
  return { texts: new Set(texts), prefixes: new Set(prefixes), codes }
}

export const isIn = (language: Language, text: string): boolean =>
  language.texts.has(text) ||
  hasPrefixOf(language, text) ||
  (language.codes.has(text.length) && isDigits(text) && isInCodes(language, text.length, Number(text)))

export const meetLanguages = (a: Language, b: Language): Language => {
  const codes = new Map<number, Ranges>()
  for (const length of new Set([...a.codes.keys(), ...b.codes.keys()])) {
    const both = meetRanges(codesOfLength(a, length), codesOfLength(b, length))
    if (!isNoRange(both)) codes.set(length, both)
  }
  return {
    texts: new Set([
      ...filtered(a.texts, (text) => isIn(b, text)),
      ...filtered(b.texts, (text) => isIn(a, text)),
    ]),
    prefixes: new Set([
      ...filtered(a.prefixes, (prefix) => hasPrefixOf(b, prefix)),
      ...filtered(b.prefixes, (prefix) => hasPrefixOf(a, prefix)),
    ]),
    codes,
  }
}

export const joinLanguages = (a: Language, b: Language): Language => ({
  texts: new Set([...a.texts, ...b.texts]),
  prefixes: new Set([...a.prefixes, ...b.prefixes]),
  codes: new Map(
    Array.from(new Set([...a.codes.keys(), ...b.codes.keys()]), (length) => [
      length,
      joinRanges(a.codes.get(length) ?? noCode, b.codes.get(length) ?? noCode) ?? noCode,
    ]),
  ),
})

export const isWithinLanguage = (a: Language, b: Language): boolean =>
  every(a.texts, (text) => isIn(b, text)) &&
  every(a.prefixes, (prefix) => hasPrefixOf(b, prefix)) &&
  every(a.codes, ([length, ranges]) => isWithinRanges(ranges, codesOfLength(b, length, b.texts)))

export const isNoText = ({ texts, prefixes, codes }: Language): boolean =>
  texts.size === 0 && prefixes.size === 0 && every(codes, ([, ranges]) => isNoRange(ranges))

/** All texts of a language that consists of single texts. */
export const textsIn = ({ texts, prefixes, codes }: Language): ReadonlySet<string> | undefined =>
  prefixes.size === 0 && codes.size === 0 ? texts : undefined

/** The lengths of its texts in code points. */
export const lengthsOf = ({ texts, prefixes, codes }: Language): { min: number; max?: number } => {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  for (const text of prefixes) min = Math.min(min, codePointsOf(text))
  for (const length of [...Array.from(texts, codePointsOf), ...codes.keys()]) {
    min = Math.min(min, length)
    max = Math.max(max, length)
  }
  return prefixes.size === 0 ? { min, max } : { min }
}

/** The approximate cost of working with a language. */
export const sizeOfLanguage = ({ texts, prefixes, codes }: Language): number => {
  let size = 1 + texts.size + prefixes.size
  for (const { cuts } of codes.values()) size += cuts.length
  return size
}

const noCode = union([])

/** All codes of a length that are in a language by a range, by a prefix, or as one of these texts. */
const codesOfLength = (language: Language, length: number, texts: Iterable<string> = []): Ranges => {
  const intervals: Array<readonly [number, number]> = []
  for (const prefix of language.prefixes) {
    if (prefix.length > length || !isDigits(prefix)) continue
    intervals.push([Number(prefix.padEnd(length, "0")), Number(prefix.padEnd(length, "9"))])
  }
  for (const text of texts) {
    if (text.length === length && isDigits(text)) intervals.push([Number(text), Number(text)])
  }
  const own = language.codes.get(length) ?? noCode
  return intervals.length === 0 ? own : (joinRanges(own, union(intervals)) ?? own)
}

const isInCodes = ({ codes }: Language, length: number, code: number): boolean =>
  isInRanges(codes.get(length) ?? noCode, code)

/** Whether a prefix of the language begins a text, so that every text that goes on from it is in the language. */
const hasPrefixOf = ({ prefixes }: Language, text: string): boolean => {
  if (prefixes.size === 0) return false
  for (let length = 0; length <= text.length; length++) {
    if (prefixes.has(text.slice(0, length))) return true
  }
  return false
}

const isDigits = (text: string): boolean => /^\d+$/.test(text)

const filtered = (texts: Iterable<string>, holds: (text: string) => boolean): Array<string> =>
  Array.from(texts).filter(holds)

const every = <A>(items: Iterable<A>, holds: (item: A) => boolean): boolean => {
  for (const item of items) if (!holds(item)) return false
  return true
}
