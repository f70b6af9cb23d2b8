import { withoutInvisible } from "./invisible.ts"

/** All Unicode white space: `\s`, and the next line character U+0085, which `\s` does not match. */
const whiteSpace = /[\s\u0085]+/g

/** White space other than a single space between two other characters. */
const hasLooseSpace = /^\s|\s$|\s\s|[^\S ]|\u0085/

/** There are no combining marks below U+0300, so a text without a match is in Unicode NFC already. */
const mayBeDecomposed = /[\u0300-\uffff]/

/**
 * More marks on one letter than any language uses. The time of composing is quadratic in their number; up to 30 the text
 * is "stream-safe" (Unicode Standard Annex 15, section 13).
 */
const maxMarks = 30

const marks = /\p{M}+/gu

/** Each run is looked at once: a pattern such as `/\p{M}{31}/u` would begin again at each mark of a shorter run. */
const hasTooManyMarks = (text: string): boolean => {
  marks.lastIndex = 0
  for (let run = marks.exec(text); run !== null; run = marks.exec(text)) {
    if (run[0].length > maxMarks && Array.from(run[0]).length > maxMarks) return true
  }
  return false
}

/**
 * Cleans a text: removes invisible characters, converts it to Unicode NFC, trims it and replaces each run of white space
 * by one space. A text with more than 30 marks in a row is not composed: a megabyte of marks would block the event loop
 * for minutes.
 *
 * Removing comes first: it can make a letter and a mark adjacent. Then composing: it creates no white space, and no mark
 * composes with a space. So the function is idempotent.
 */
export const cleanText = (text: string): string => {
  if (isClean(text) || !mayBeUnclean.test(text)) return text
  const visible = withoutInvisible(text)
  const composed =
    mayBeDecomposed.test(visible) && !hasTooManyMarks(visible) ? visible.normalize("NFC") : visible
  return hasLooseSpace.test(composed) ? composed.replace(whiteSpace, " ").trim() : composed
}

/** Whether a text becomes blank when it is cleaned; a text that begins with printable ASCII does not. */
export const isBlankOnceClean = (text: string): boolean => !/^[!-~]/.test(text) && cleanText(text) === ""

/** A character beyond the clean ones of {@link isClean}, or a loose space: without a match a text is clean. */
const mayBeUnclean = /[^\x20-\x7e\xa1-\xac\xae-\u02ff]|^ | $| {2}/

/** For longer texts the regular expressions are faster than the loop of {@link isClean}. */
const maxShort = 64

/** Recognises a short Latin text that is clean already, as most are, without a regular expression. */
const isClean = (text: string): boolean => {
  const { length } = text
  if (length > maxShort) return false
  let afterSpace = true
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x20) {
      if (afterSpace) return false
      afterSpace = true
    } else if ((code > 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x300 && code !== 0xad))
      afterSpace = false
    else return false
  }
  return length === 0 || !afterSpace
}

/**
 * Cleans a text and converts it to lower case, to normalise e-mail addresses and to compare texts.
 *
 * Lower case comes first: it can decompose a character (U+0130) or produce one that composes (J with caron).
 */
export const cleanFold = (text: string): string => cleanText(text.toLowerCase())
