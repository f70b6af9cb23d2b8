/** All Unicode white space: what `\s` knows, and the next line character U+0085, which it does not. */
const whiteSpace = /[\s\u0085]+/g

/** White space that is not one plain space between two other characters. */
const hasLooseSpace = /^\s|\s$|\s\s|[^\S ]|\u0085/

/** Below U+0300 there are no combining marks: such a text is in Unicode's composed form already. */
const mayBeDecomposed = /[\u0300-\uffff]/

/**
 * Unicode NFC, white space trimmed, each run of it one space.
 *
 * Composing comes first: it makes no white space, and no mark composes with a space, so twice is once.
 */
export const cleanText = (text: string): string => {
  const composed = mayBeDecomposed.test(text) ? text.normalize("NFC") : text
  return hasLooseSpace.test(composed) ? composed.replace(whiteSpace, " ").trim() : composed
}

/** Lower case first: it can take a composed character apart (U+0130), or give one that composes (J with caron). */
export const cleanEmail = (text: string): string => cleanText(text.toLowerCase())

/** White space alone, or nothing at all. */
export const isBlank = (text: string): boolean => cleanText(text) === ""

const words: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["ja", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["nein", false],
  ["0", false],
])

/** Yes or no as a boolean; any other text as a clean text. */
export const cleanBoolean = (text: string): boolean | string => {
  const clean = cleanText(text)
  return words.get(clean.toLowerCase()) ?? clean
}
