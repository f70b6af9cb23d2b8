/**
 * Invisible characters: those that Unicode calls ignorable (`Default_Ignorable_Code_Point`), control characters other than
 * white space, annotations and the blank of Braille. They are removed from every text, except where they change what is
 * seen: joiners in scripts and emoji that need them (UAX 31, section 2.3), variation selectors, the tags of a flag.
 *
 * Whether one is kept depends on its neighbours alone, which are never removed, so removing is idempotent.
 */

/** Letters and marks of scripts in which a joiner or non-joiner after one changes how a word is rendered. */
const joining =
  "[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Mong}\\p{sc=Nkoo}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Guru}\\p{sc=Gujr}\\p{sc=Orya}\\p{sc=Taml}\\p{sc=Telu}\\p{sc=Knda}\\p{sc=Mlym}\\p{sc=Sinh}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}]"

/** A character of these scripts that is neither a digit nor a sign nor itself ignorable. */
const joinable = `(?=[\\p{L}\\p{M}])(?!\\p{DI})${joining}`

const mongolian = "[\\u1807\\u1820-\\u18aa]"

/** Characters with variants by U+FE00 to U+FE0D: ideographs, mathematical symbols, Myanmar, Phags-pa. */
const varied = "(?![\\0-\\x7f])[\\p{Ideographic}\\p{Sm}\\p{sc=Mymr}\\p{sc=Phag}]"

/** Well-formed sequences, which are kept: the flag of a part of a country (`gbeng`), a keycap. */
const kept = "(\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}|[0-9#*]\\ufe0f\\u20e3)"

/** Always removed. */
const meaningless =
  "\\0-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\xad\\u034f\\u061c\\u17b4\\u17b5\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}"

/** Removed where their neighbours do not need them. */
const contextual = "\\u115f\\u1160\\u180b-\\u180f\\u200c\\u200d\\u2800\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}"

const invisible = new RegExp(
  [
    kept,
    `[${meaningless}]`,
    // Fillers of Hangul stand for a letter that a syllable lacks.
    "\\u115f(?![\\u1161-\\u11a7])",
    "(?<![\\u1100-\\u115e])\\u1160",
    `(?<!${mongolian})[\\u180b-\\u180d\\u180f]`,
    `(?<!${mongolian})\\u180e|\\u180e(?!${mongolian})`,
    `(?<!${joinable})\\u200c|\\u200c(?!${joinable})`,
    `(?<!${joinable})(?<!(?:\\p{Extended_Pictographic}\\ufe0f?|[\\u{1f3fb}-\\u{1f3ff}])(?=\\u200d\\p{Extended_Pictographic}))\\u200d`,
    "(?<![\\u2801-\\u28ff])\\u2800(?![\\u2801-\\u28ff])",
    `(?<!${varied})[\\ufe00-\\ufe0d]`,
    "(?<!\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]",
    "(?<!\\p{Ideographic})[\\u{e0100}-\\u{e01ef}]",
  ].join("|"),
  "gu",
)

const mayHaveInvisible = new RegExp(`[${meaningless}${contextual}]`, "u")

/** Removes invisible characters; a text without any is returned as it is, after one test. */
export const withoutInvisible = (text: string): string =>
  mayHaveInvisible.test(text) ? text.replace(invisible, "$1") : text
