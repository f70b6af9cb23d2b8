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
const hasTooManyMarks = /\p{M}{31}/u

/**
 * Converts a text to Unicode NFC, trims it and replaces each run of white space by one space. A text with more than 30
 * marks in a row is not composed: a megabyte of marks would block the event loop for minutes.
 *
 * Composing comes first: it creates no white space, and no mark composes with a space, so the function is idempotent.
 */
export const cleanText = (text: string): string => {
  if (isClean(text)) return text
  const composed = mayBeDecomposed.test(text) && !hasTooManyMarks.test(text) ? text.normalize("NFC") : text
  return hasLooseSpace.test(composed) ? composed.replace(whiteSpace, " ").trim() : composed
}

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
    } else if ((code > 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x300)) afterSpace = false
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

/** Letters and marks of scripts in which a joiner or non-joiner after a letter changes how a word is rendered. */
const joining =
  "[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Mong}\\p{sc=Nkoo}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Guru}\\p{sc=Gujr}\\p{sc=Orya}\\p{sc=Taml}\\p{sc=Telu}\\p{sc=Knda}\\p{sc=Mlym}\\p{sc=Sinh}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}]"

/** The end of an emoji that a zero width joiner may connect to the next one: base, variation selector or skin tone. */
const emojiEnd = "[\\p{Extended_Pictographic}\\ufe0f\\u{1f3fb}-\\u{1f3ff}]"

/**
 * Invisible characters without meaning: control characters other than white space, soft hyphens, zero width spaces and
 * operators, embeddings and overrides of the writing direction, annotations, and joiners that join nothing. Whether a
 * joiner is removed depends on its neighbours alone, which are never removed, so removing is idempotent.
 */
const invisible = new RegExp(
  [
    "[\\0-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\xad\\u200b\\u2060-\\u2064\\u202a-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb]",
    `(?<!${joining})\\u200c`,
    `(?<!${joining})(?<!${emojiEnd}(?=\\u200d\\p{Extended_Pictographic}))\\u200d`,
  ].join("|"),
  "gu",
)

const mayHaveInvisible = /[^\x20-\x7e\xa0-\xac\xae-\u1fff]/

/** {@link cleanText} after removing invisible characters. Removing comes first: it can make a letter and a mark adjacent. */
export const cleanFreeText = (text: string): string =>
  cleanText(mayHaveInvisible.test(text) ? text.replace(invisible, "") : text)

/**
 * Normalises the name of a person. A name in upper case only or in lower case only is capitalised as names are; one in
 * mixed case keeps its letters (`MacDonald`, `van Houten`).
 */
export const cleanName = (text: string): string => {
  const clean = cleanFreeText(text)
  if (!hasOneCase(clean)) return clean
  const words = clean.split(" ")
  // Cleaned again: a lower case letter may compose with a mark with which its capital does not.
  return cleanText(words.map((word, index) => nameWord(word.toLowerCase(), index, words.length)).join(" "))
}

/**
 * Whether all letters have the same case. `ß` is ignored, as it stays lower case in names written in capitals. Names
 * with a Turkish dotted or dotless i are excluded: changing their case needs the locale.
 */
const hasOneCase = (text: string): boolean =>
  // Most names have both cases in ASCII letters, which these two cheap expressions recognise.
  !(/[A-Z]/.test(text) && /[a-z]/.test(text)) &&
  !/[\u0130\u0131]/.test(text) &&
  /\p{Lu}/u.test(text) !== /[^\P{Ll}ß]/u.test(text)

/** Lower case wherever another word follows: particles of German names, and the fields of doctoral degrees. */
const alwaysSmall: ReadonlySet<string> = new Set(
  "von vom zu zum zur med. phil. rer. nat. jur. pol. habil. h.c.".split(" "),
)

/** Lower case between two other words. As the first word they may be a given name or begin a surname. */
const particles: ReadonlySet<string> = new Set(
  "van der den dem und de del della di da do dos das du la le ten ter y".split(" "),
)

const numerals: ReadonlySet<string> = new Set(["ii", "iii", "iv"])

const nameWord = (word: string, index: number, words: number): string => {
  const isLast = index === words - 1
  if (!isLast && (alwaysSmall.has(word) || (index > 0 && particles.has(word)))) return word
  return isLast && index > 0 && numerals.has(word)
    ? word.toUpperCase()
    : word.replaceAll(/[^\-.,;/&+()"]+/g, (part) => namePart(part))
}

/** Capitalises a part between hyphens, points and the like: `anna`, `o'brien`, `mcdonald`; not `geb` of `(geb. Huber)`. */
const namePart = (part: string): string => {
  if (part === "geb") return part
  const [, elided, rest] = /^(\p{L}['’])(.+)$/u.exec(part) ?? []
  if (elided !== undefined && rest !== undefined) return capital(elided) + capital(rest)
  const scottish = /^mc(\p{L}{3}.*)$/u.exec(part)?.[1]
  return scottish === undefined ? capital(part) : `Mc${capital(scottish)}`
}

/** Capitalises the first letter, unless its upper case has more than one letter (`ß`, the ligature `ﬁ`). */
const capital = (part: string): string => {
  const [first = ""] = part
  const upper = first.toUpperCase()
  return upper.length === first.length ? upper + part.slice(first.length) : part
}
