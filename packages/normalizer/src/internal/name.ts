import { cleanFreeText } from "./freeText.ts"
import { cleanText } from "./text.ts"

/**
 * The name of a person: clean, with capitals where names have them if it came in capitals or small letters alone.
 * Whoever wrote both meant it: `MacDonald` and `van Houten` stay.
 */
export const cleanName = (text: string): string => {
  const clean = cleanFreeText(text)
  if (!hasOneCase(clean)) return clean
  const words = clean.split(" ")
  // Cleaned again: a small letter may compose with a mark that its capital does not compose with.
  return cleanText(words.map((word, index) => nameWord(word.toLowerCase(), index, words.length)).join(" "))
}

/**
 * Letters of one case alone. A sharp s is small by itself in capitals too; Turkish names know a dotted and a
 * dotless i, which no rule here can tell apart, and stay.
 */
const hasOneCase = (text: string): boolean =>
  // Most names have both, and are told by two expressions that know ASCII alone.
  !(/[A-Z]/.test(text) && /[a-z]/.test(text)) &&
  !/[\u0130\u0131]/.test(text) &&
  /\p{Lu}/u.test(text) !== /[^\P{Ll}ß]/u.test(text)

/** Small wherever another word follows: particles of German names, and what follows a doctor's title. */
const alwaysSmall: ReadonlySet<string> = new Set(
  "von vom zu zum zur med. phil. rer. nat. jur. pol. habil. h.c.".split(" "),
)

/** Small between two other words; first, they may be a given name, or begin a surname that stands alone. */
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

/** A part between hyphens, points and their like: `anna`, `o'brien`, `mcdonald`; `geb` of `(geb. Huber)`. */
const namePart = (part: string): string => {
  if (part === "geb") return part
  const [, elided, rest] = /^(\p{L}['’])(.+)$/u.exec(part) ?? []
  if (elided !== undefined && rest !== undefined) return capital(elided) + capital(rest)
  const scottish = /^mc(\p{L}{3}.*)$/u.exec(part)?.[1]
  return scottish === undefined ? capital(part) : `Mc${capital(scottish)}`
}

/** With a capital first, unless there is none of one letter (`ß`, the ligature `ﬁ`). */
const capital = (part: string): string => {
  const [first = ""] = part
  const upper = first.toUpperCase()
  return upper.length === first.length ? upper + part.slice(first.length) : part
}
