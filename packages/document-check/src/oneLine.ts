/**
 * Texts for people: every character that is not seen, or seen as another, is shown by its code.
 *
 * The notation is that of JSON (RFC 8259, 7), `\u200b`, so that a line of JSON stays JSON and means the same. A
 * character beyond U+FFFF is two of them.
 */

/** Whether a text holds what may have to be escaped. Nearly none does, and the answer costs little. */
const suspect =
  /[\p{C}\p{M}\p{Zl}\p{Zp}\p{DI}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\ufffc\u{1d159}]/u

/**
 * Characters without a glyph of their own.
 *
 * Controls, format characters (zero width, direction, soft hyphen, tags), lone surrogates, private use and unassigned
 * (`C`); spaces other than U+0020 and line separators (`Z`); what a font leaves out although it is a letter or a mark,
 * such as Hangul fillers and variation selectors (`DI`, UAX #44); and the blank ones among symbols: the empty Braille
 * pattern, the object replacement that dictation leaves behind, and an empty musical note. Less the space itself, and
 * the format characters that do have a glyph, signs around Arabic, Syriac and Kaithi numbers.
 */
const hidden = String.raw`[[\p{C}\p{Z}\p{DI}\u2800\uFFFC\u{1D159}]--[\x20\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]]`

/** Emoji are matched whole, with the invisible characters that belong to them; marks where no letter carries them. */
const source = String.raw`(?=\p{Emoji})(?:\p{RGI_Emoji}|\p{ExtPict}\uFE0F)|(?<=^|["'\s]|${hidden})\p{M}+|${hidden}+`

// Made when it is first needed: it is large, and most programs print none of these characters.
let pattern: RegExp | undefined

const isEmoji = /^\p{Emoji}/u

/**
 * A text on one line, in which no character is invisible or looks like a space without being one.
 *
 * A line feed becomes `\u000a`, a zero width space `\u200b`, a no-break space `\u00a0`; likewise direction marks,
 * joiners, private use, lone surrogates, and combining marks that no letter carries. All that is seen stays, in any
 * script; so do emoji made of several characters. Where a text is JSON, it stays JSON of the same value.
 */
export const oneLine = (text: string): string => {
  if (!suspect.test(text)) return text
  pattern ??= new RegExp(source, "gv")
  return text.replace(pattern, (match) => (isEmoji.test(match) ? match : codesOf(match)))
}

const codesOf = (text: string): string => {
  let codes = ""
  for (let index = 0; index < text.length; index++) {
    codes += `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`
  }
  return codes
}
