/**
 * Which variable somebody meant by a name that is none.
 *
 * The environment of a process holds much that is not ours, so a name counts as near only for a reason: letters in
 * another case or with other separators, a typo, a word shortened or written out, a unit added, words in another order,
 * a word left out, or the first two words of a variable of three.
 */

/** Finds the variable that is nearest to a name, if any is near. */
export const makeNearestName = (known: ReadonlyArray<string>): ((name: string) => string | undefined) => {
  const candidates = known.map((name) => ({ name, letters: squashed(name), words: name.split("_") }))
  const ourWords = new Set(candidates.flatMap(({ words }) => words))
  return (given) => {
    const name = given.toUpperCase()
    const letters = squashed(name)
    const words = name.split(/[_.-]/)
    // Most names of an environment have no word of ours, and are done with soon.
    const hasOurWord = words.some((word) => ourWords.has(word))
    let nearest: string | undefined
    let least = Number.POSITIVE_INFINITY
    for (const candidate of candidates) {
      const distance =
        letters === candidate.letters
          ? 0
          : (typosBetween(name, candidate.name) ??
            (hasOurWord ? rankOf(words, candidate.words, name, candidate.name) : undefined))
      if (distance !== undefined && distance < least) {
        nearest = candidate.name
        least = distance
      }
    }
    return nearest
  }
}

/** How many letters differ, if they are few. Names that neither begin nor end alike are not compared. */
const typosBetween = (name: string, known: string): number | undefined => {
  const allowed = allowedEdits(name, known)
  if (Math.abs(name.length - known.length) > allowed) return undefined
  if (name[0] !== known[0] && name.at(-1) !== known.at(-1)) return undefined
  const edits = editDistance(name, known)
  return edits <= allowed ? edits : undefined
}

/** How far apart two names are that have words in common; undefined for too far. */
const rankOf = (
  words: ReadonlyArray<string>,
  ours: ReadonlyArray<string>,
  name: string,
  known: string,
): number | undefined => {
  if (isShortened(words, ours) || isReordered(words, ours) || isWithUnit(words, ours)) {
    return 10 + editDistance(name, known)
  }
  if (isWithoutOneWord(words, ours)) return 100 + editDistance(name, known)
  return sharesBeginning(words, ours) ? 1000 + editDistance(name, known) : undefined
}

const squashed = (name: string): string => name.replace(/[^A-Z0-9]/g, "")

/** Short names differ from others of their kind by a letter, `API_PORT` and `APP_PORT`: there, none may be replaced. */
const allowedEdits = (name: string, known: string): number => {
  if (known.length <= 8) return name.length !== known.length || isSwapped(name, known) ? 1 : 0
  if (known.length <= 12) return 1
  return known.length < 18 ? 2 : 3
}

const isSwapped = (name: string, known: string): boolean => sorted(name) === sorted(known)

const sorted = (text: string): string => Array.from(text).sort().join("")

/** `PASS` for `PASSWORD`, or `SECOND` for `SEC`, in one word. */
const isShortened = (words: ReadonlyArray<string>, ours: ReadonlyArray<string>): boolean => {
  if (words.length !== ours.length) return false
  const others = words.flatMap((word, index) =>
    word === ours[index] ? [] : [[word, ours[index] ?? ""] as const],
  )
  const [[word, our] = ["", ""]] = others
  return (
    others.length === 1 &&
    Math.min(word.length, our.length) >= 3 &&
    (word.startsWith(our) || our.startsWith(word))
  )
}

const isReordered = (words: ReadonlyArray<string>, ours: ReadonlyArray<string>): boolean =>
  words.length === ours.length &&
  words.every((word) => ours.includes(word)) &&
  [...words].sort().join() === [...ours].sort().join()

/** What people write behind a duration or a size, and `FILE` behind what is no secret. */
const units = new Set(
  "MS MILLIS MILLISECONDS S SEC SECS SECONDS M MIN MINS MINUTES H HOURS B BYTES KB KIB MB MIB FILE".split(
    " ",
  ),
)

const isWithUnit = (words: ReadonlyArray<string>, ours: ReadonlyArray<string>): boolean =>
  words.length === ours.length + 1 &&
  units.has(words.at(-1) ?? "") &&
  words.slice(0, -1).join() === ours.join()

/** `CUSTOMER_URL` for `CUSTOMER_API_URL`. The first word is never left out: much is called `API_URL`. */
const isWithoutOneWord = (words: ReadonlyArray<string>, ours: ReadonlyArray<string>): boolean =>
  words.length >= 2 &&
  words.length === ours.length - 1 &&
  words[0] === ours[0] &&
  words.join("_").length >= 12 &&
  ours.some((_, index) => index > 0 && ours.toSpliced(index, 1).join() === words.join())

/** `CUSTOMER_API_…`, `RATE_LIMIT_…`: two words that no other program is likely to begin with. */
const sharesBeginning = (words: ReadonlyArray<string>, ours: ReadonlyArray<string>): boolean => {
  const beginning = ours.slice(0, 2).join("_")
  return (
    ours.length >= 3 &&
    words.length >= 3 &&
    beginning.length >= 8 &&
    words.slice(0, 2).join("_") === beginning
  )
}

/** Letters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  let [beforeLast, last]: [Array<number>, Array<number>] = [
    [],
    Array.from({ length: b.length + 1 }, (_, j) => j),
  ]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length] ?? 0
}
