import { RE2JS } from "re2js"
import { sizeOfPattern } from "./patternSize.ts"
import { type Program, programOf } from "./patternProgram.ts"
import { makeTable } from "./patternTable.ts"

/**
 * The most that one match may cost: characters of the text times instructions of the pattern.
 *
 * RE2 is linear in both, and its slowest path takes 8 to 12 ns for each, so no match lasts much longer than
 * 0.4 s. `^66\d{3}$` has 9 instructions: its texts may have 3.7 million characters.
 */
const maxCost = 2 ** 25

/** The most instructions that a pattern may have: to make one with as many takes some 20 ms and 5 MB. */
const maxSize = 10_000

/** Whether a pattern is found in a text. */
export type Matches = (text: string) => boolean

/**
 * Compiles a pattern to a search, as `RegExp.prototype.test` is one; throws when it is no RE2 pattern.
 *
 * A text too long for its pattern (see {@link maxCost}) does not match. Whether the table answers or RE2 itself
 * is a matter of speed alone: decision 0011.
 */
export const compilePattern = (pattern: string): Matches => {
  const regex = RE2JS.compile(pattern)
  const maxLength = Math.floor(maxCost / regex.programSize())
  const program = programOf(regex)
  const ask = (text: string) => regex.test(text)
  const matches =
    program === undefined
      ? (text: string) => text.length <= maxLength && ask(text)
      : searchOf([program], maxLength, ask)
  sources.set(matches, { program, maxLength })
  return matches
}

/**
 * One search for all of several patterns, which {@link compilePattern} made: each character of a text is looked at
 * once for all of them together.
 */
export const matchAll = (patterns: ReadonlyArray<Matches>): Matches => {
  const [only] = patterns
  if (only !== undefined && patterns.length === 1) return only
  const known = patterns.map((pattern) => sources.get(pattern))
  const programs = known.flatMap((source) => source?.program ?? [])
  const maxLength = Math.min(...known.map((source) => source?.maxLength ?? 0))
  const one = (text: string) => patterns.every((matches) => matches(text))
  return programs.length === patterns.length ? searchOf(programs, maxLength, one) : one
}

/** What searches were made from, so that several can be made one. */
const sources = new WeakMap<Matches, { readonly program: Program | undefined; readonly maxLength: number }>()

const searchOf = (programs: ReadonlyArray<Program>, maxLength: number, otherwise: Matches): Matches => {
  // Made when a text comes: many rule sets are loaded to be looked at only.
  let search = (text: string): boolean | undefined => {
    search = makeTable(programs)
    return search(text)
  }
  return (text) => text.length <= maxLength && (search(text) ?? otherwise(text))
}

/** Why a text is no pattern that may be used, or `undefined` when it is one. */
export const patternMistake = (pattern: string): string | undefined => {
  if (pattern.length > maxSize) return `it has ${pattern.length} characters, ${maxSize} at most are allowed`
  // Before it is compiled: a few nested repetitions would fill the memory.
  const size = sizeOfPattern(pattern)
  if (size > maxSize) return `its repetitions written out make ${size} steps, ${maxSize} at most are allowed`
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return inWords(error instanceof Error ? error.message : String(error))
  }
}

const inWords = (message: string): string =>
  message
    .replace(/^error parsing regexp: /, "")
    .replace(/^invalid repeat count/, "a repetition counts to 1000 at most, with those around it multiplied")
