/** All Unicode white space: what `\s` knows, and the next line character U+0085, which it does not. */
const whiteSpace = /[\s\u0085]+/g

/** White space that is not one plain space between two other characters. */
const hasLooseSpace = /^\s|\s$|\s\s|[^\S ]|\u0085/

/** Below U+0300 there are no combining marks: such a text is in Unicode's composed form already. */
const mayBeDecomposed = /[\u0300-\uffff]/

/**
 * More marks on one letter than any language writes. Composing takes a time that grows with the square of their
 * number; up to 30 a text is "stream-safe" (Unicode Standard Annex 15, section 13).
 */
const hasTooManyMarks = /\p{M}{31}/u

/**
 * Unicode NFC, white space trimmed, each run of it one space. A text with more than 30 marks in a row is not
 * composed: a megabyte of them would hold up everything else for minutes.
 *
 * Composing comes first: it makes no white space, and no mark composes with a space, so twice is once.
 */
export const cleanText = (text: string): string => {
  if (isClean(text)) return text
  const composed = mayBeDecomposed.test(text) && !hasTooManyMarks.test(text) ? text.normalize("NFC") : text
  return hasLooseSpace.test(composed) ? composed.replace(whiteSpace, " ").trim() : composed
}

/** Longer texts are left to regular expressions, which read faster. */
const maxShort = 64

/** Nearly every text of a lead is short, Latin and clean already; this sees it without a regular expression. */
const isClean = (text: string): boolean => {
  const { length } = text
  if (length > maxShort) return false
  let afterSpace = true
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x20) {
      if (afterSpace) return false
      afterSpace = true
    } else if ((code > 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x300)) afterSpace = false
    else return false
  }
  return length === 0 || !afterSpace
}

/**
 * Clean and in small letters, as e-mail addresses are written and words compared.
 *
 * Lower case first: it can take a composed character apart (U+0130), or give one that composes (J with caron).
 */
export const cleanFold = (text: string): string => cleanText(text.toLowerCase())
