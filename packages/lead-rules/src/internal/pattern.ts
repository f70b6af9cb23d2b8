import { RE2JS } from "re2js"

/**
 * The most that one match may cost: characters of the text times instructions of the pattern.
 *
 * RE2 is linear in both, and its slowest path takes 8 to 12 ns for each, so no match lasts much longer than
 * 0.4 s. `^66\d{3}$` has 9 instructions: its texts may have 3.7 million characters.
 */
const maxCost = 2 ** 25

/**
 * Compiles a pattern to a search, as `RegExp.prototype.test` is one; throws when it is no RE2 pattern.
 *
 * A text too long for its pattern (see {@link maxCost}) does not match.
 */
export const compilePattern = (pattern: string): ((text: string) => boolean) => {
  const regex = RE2JS.compile(pattern)
  const maxLength = Math.floor(maxCost / regex.programSize())
  return (text) => text.length <= maxLength && regex.test(text)
}

/** Why a text is no pattern, or `undefined` when it is one. */
export const patternMistake = (pattern: string): string | undefined => {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error)
  }
}
