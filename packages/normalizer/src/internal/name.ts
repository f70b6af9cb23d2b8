import { cleanText } from "./text.ts"

/**
 * Makes the function that normalises names of persons. A name in upper case only or in lower case only is capitalised as
 * names are; one in mixed case keeps its letters (`MacDonald`, `van Houten`). In Dutch names `ij` at the beginning is one
 * letter, so both are capitals: `IJsbrand`; elsewhere (`Ijaz`) they are two.
 */
export const nameCleaner = (country: string): ((text: string) => string) => {
  const capitalOf = country === "NL" ? dutchCapital : capital
  return (text) => {
    const clean = cleanText(text)
    if (!hasOneCase(clean)) return clean
    const words = clean.split(" ").map((word) => word.toLowerCase())
    // Cleaned again: a lower case letter may compose with a mark with which its capital does not.
    return cleanText(words.map((word, index) => nameWord(word, index, words, capitalOf)).join(" "))
  }
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
  "van der den dem und de del della di da do dos das du la le ten ter y am im beim het 't ’t tot".split(" "),
)

/** Lower case between two other words if an article follows: `auf der Heide`, `in 't Veld`; but `An` is a Vietnamese name. */
const prepositions: ReadonlySet<string> = new Set(
  "an auf aus bei hinter in neben ob ueber über unter vor aan achter bij boven onder op over uit voor".split(
    " ",
  ),
)

const articles: ReadonlySet<string> = new Set("der dem den de het 't ’t ter ten".split(" "))

/** Lower case also at the end of `Leyen, Ursula von der`, and after the hyphen of `Schmidt-von der Heide`. */
const trailing: ReadonlySet<string> = new Set("von vom zu zum zur van der dem den de".split(" "))

const numerals: ReadonlySet<string> = new Set(["ii", "iii", "iv"])

const nameWord = (
  word: string,
  index: number,
  words: ReadonlyArray<string>,
  capitalOf: (part: string) => string,
): string => {
  const isLast = index === words.length - 1
  if (isSmall(word, index, words)) return word
  if (isLast && index > 0 && numerals.has(word)) return word.toUpperCase()
  return word.replaceAll(/[^\-.,;/&+()"]+/g, (part, start: number) => {
    const isFollowed = !isLast || start + part.length < word.length
    const isParticle = isFollowed && word[start - 1] === "-" && trailing.has(part)
    return isParticle ? part : namePart(part, capitalOf)
  })
}

/** Whether a word of a name is a particle in lower case. A word that begins the field or what follows a comma may be a name. */
const isSmall = (word: string, index: number, words: ReadonlyArray<string>): boolean => {
  const isFirst = index === 0 || words[index - 1]?.endsWith(",") === true
  if (index === words.length - 1) {
    return !isFirst && trailing.has(word) && words.slice(1, index).some((_, i) => words[i]?.endsWith(","))
  }
  if (alwaysSmall.has(word)) return true
  if (isFirst) return false
  return particles.has(word) || (prepositions.has(word) && articles.has(words[index + 1] ?? ""))
}

/** Capitalises a part between hyphens, points and the like: `anna`, `o'brien`, `mcdonald`; not `geb` of `(geb. Huber)`. */
const namePart = (part: string, capitalOf: (part: string) => string): string => {
  if (part === "geb") return part
  const [, elided, rest] = /^(\p{L}['’])(.+)$/u.exec(part) ?? []
  if (elided !== undefined && rest !== undefined) return capital(elided) + capitalOf(rest)
  const scottish = /^mc(\p{L}{3}.*)$/u.exec(part)?.[1]
  return scottish === undefined ? capitalOf(part) : `Mc${capital(scottish)}`
}

/** Capitalises the first letter, unless its upper case has more than one letter (`ß`, the ligature `ﬁ`). */
const capital = (part: string): string => {
  const [first = ""] = part
  const upper = first.toUpperCase()
  return upper.length === first.length ? upper + part.slice(first.length) : part
}

const dutchCapital = (part: string): string => (part.startsWith("ij") ? `IJ${part.slice(2)}` : capital(part))
