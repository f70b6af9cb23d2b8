import { RE2JS } from "re2js"
import { patternError } from "./internal/pattern/Pattern.ts"
import { Assertion, programOf } from "./internal/pattern/PatternProgram.ts"

/** The characters that texts are made of: digits and letters first, then all others of ASCII, and some of other scripts. */
const alphabet: ReadonlyArray<number> = [
  ...Array.from("1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)),
  ...Array.from("\t\näßéαдא中あ"),
].map((character) => character.codePointAt(0) ?? 0)

/** Longer texts are not looked for. */
const maxLength = 256

/** How many beginnings of texts are looked at. */
const maxSteps = 50_000

/** A beginning of a text, and where the pattern's program stands after it. */
interface Beginning {
  readonly text: string
  readonly at: number
  /** The pattern says that the text ends here. */
  readonly hasEnded: boolean
}

/**
 * A short text in which a pattern is found, such as `66111` for `^66\d{3}$`; undefined if none was found, which does not
 * mean that there is none. Pure: the same pattern always gives the same text. For examples and tests.
 *
 * Walks the program of the pattern, breadth first, and tests what comes out.
 */
export const exampleText = (pattern: string): string | undefined => {
  if (patternError(pattern) !== undefined) return undefined
  const regex = RE2JS.compile(pattern)
  const program = programOf(regex)
  if (program === undefined) return undefined
  const seen = new Set<string>()
  const queue: Array<Beginning> = [{ text: "", at: program.start, hasEnded: false }]
  for (let step = 0; step < queue.length && step < maxSteps; step++) {
    const { at, hasEnded, text } = queue[step] as Beginning
    // What matters of a text is its last character, and whether there is one.
    const key = `${at} ${hasEnded} ${text.slice(-1)}`
    if (seen.has(key)) continue
    seen.add(key)
    const instruction = program.instructions[at]
    if (instruction?._tag === "Fork") {
      for (const next of instruction.next) queue.push({ text, at: next, hasEnded })
    } else if (instruction?._tag === "Assert") {
      const { assertions, next } = instruction
      if ((assertions & Assertion.textBegins) !== 0 && text !== "") continue
      queue.push({ text, at: next, hasEnded: hasEnded || (assertions & Assertion.textEnds) !== 0 })
    } else if (instruction?._tag === "Consume" && !hasEnded && text.length < maxLength) {
      const code = alphabet.find((code) => instruction.accepts(code))
      if (code !== undefined)
        queue.push({ text: text + String.fromCodePoint(code), at: instruction.next, hasEnded })
    } else if (instruction?._tag === "Match" && text !== "" && regex.test(text)) {
      return text
    }
  }
  return undefined
}
