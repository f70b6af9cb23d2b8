import { RE2JS } from "re2js"
import { sizeOfPattern } from "./patternSize.ts"
import { programOf } from "./patternProgram.ts"
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

/**
 * Compiles a pattern to a search, as `RegExp.prototype.test` is one; throws when it is no RE2 pattern.
 *
 * A text too long for its pattern (see {@link maxCost}) does not match. Whether the table answers or RE2 itself
 * is a matter of speed alone: decision 0011.
 */
export const compilePattern = (pattern: string): ((text: string) => boolean) => {
  const regex = RE2JS.compile(pattern)
  const maxLength = Math.floor(maxCost / regex.programSize())
  const program = programOf(regex)
  if (program === undefined) return (text) => text.length <= maxLength && regex.test(text)
  // Made when a text comes: many rule sets are loaded to be looked at only.
  let search = (text: string): boolean | undefined => {
    search = makeTable(program)
    return search(text)
  }
  return (text) => text.length <= maxLength && (search(text) ?? regex.test(text))
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
