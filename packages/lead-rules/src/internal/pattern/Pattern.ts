import { RE2JS } from "re2js"
import { type Droppable, PatternMemory } from "./PatternMemory.ts"
import { cacheBytesOf, type Program, programOf } from "./PatternProgram.ts"
import { makeTable } from "./PatternTable.ts"

/**
 * The most that one search may cost: characters of the text times instructions of the pattern.
 *
 * RE2 is linear in both, and its slowest path takes 8 to 12 ns for each product, so no search takes much longer than
 * 0.4 s. `^66\d{3}$` has 9 instructions: it is searched in texts of up to 3.7 million characters.
 */
const maxCost = 2 ** 25

/** The most steps of one pattern: compiling so many takes some 20 ms and 2 MB. */
const maxSize = 10_000

/** The bytes of a step of a compiled pattern. */
const stepBytes = 200

/** Whether a pattern matches somewhere in a text. */
export type Matches = (text: string) => boolean

/**
 * Compiles a pattern to a search, like `RegExp.prototype.test`; throws where it is not an RE2 pattern.
 *
 * A text too long for its pattern (see {@link maxCost}) does not match. Whether the table or RE2 itself answers only
 * affects speed: decision 0011.
 */
export const compilePattern = (pattern: string, memory = new PatternMemory()): Matches => {
  const regex = RE2JS.compile(pattern)
  const maxLength = Math.floor(maxCost / regex.programSize())
  const program = programOf(regex)
  const test = engineOf(pattern, memory)
  const matches: Matches =
    program === undefined
      ? (text) => text.length <= maxLength && test(text)
      : searchOf([program], { maxLength, memory }, test)
  sources.set(matches, { program, maxLength, memory })
  return matches
}

/** One search for texts in which all of several patterns match, made by {@link compilePattern}: one pass for all. */
export const matchAll = (patterns: ReadonlyArray<Matches>): Matches => {
  const [only] = patterns
  if (only !== undefined && patterns.length === 1) return only
  const compiled = patterns.map((pattern) => sources.get(pattern))
  const programs = compiled.flatMap((source) => source?.program ?? [])
  const maxLength = Math.min(...compiled.map((source) => source?.maxLength ?? 0))
  const memory = compiled[0]?.memory ?? new PatternMemory()
  const oneByOne = (text: string) => patterns.every((matches) => matches(text))
  return programs.length === patterns.length ? searchOf(programs, { maxLength, memory }, oneByOne) : oneByOne
}

interface Limits {
  readonly maxLength: number
  readonly memory: PatternMemory
}

/** What searches were made from, so that several can be merged. */
const sources = new WeakMap<Matches, Limits & { readonly program: Program | undefined }>()

const searchOf = (
  programs: ReadonlyArray<Program>,
  { maxLength, memory }: Limits,
  fallback: Matches,
): Matches => {
  // Made for the first text, as many rule sets are loaded only to be checked.
  let search = (text: string): boolean | undefined => {
    search = makeTable(programs, memory)
    return search(text)
  }
  return (text) => text.length <= maxLength && (search(text) ?? fallback(text))
}

/** The bytes of an RE2 program besides its caches: most patterns are small, and have much around them. */
const engineBytes = 10_000

/** RE2 itself, compiled when a text needs it, and again after its memory was dropped. */
const engineOf = (pattern: string, memory: PatternMemory): Matches => {
  let regex: RE2JS | undefined
  const engine: Droppable = {
    drop: () => {
      regex = undefined
    },
  }
  return (text) => {
    const used = (regex ??= RE2JS.compile(pattern))
    const isMatch = used.test(text)
    memory.hold(engine, engineBytes + used.programSize() * stepBytes + cacheBytesOf(used))
    return isMatch
  }
}

/** Why a text is not a pattern that may be used; `undefined` where it is one. */
export const patternError = (pattern: string): string | undefined => {
  if (pattern.length > maxSize) return `it has ${pattern.length} characters, ${maxSize} at most are allowed`
  // Before compiling: a few nested repetitions would fill the memory.
  const size = sizeOfPattern(pattern)
  if (size > maxSize) return `its repetitions written out make ${size} steps, ${maxSize} at most are allowed`
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return readable(error instanceof Error ? error.message : String(error))
  }
}

const readable = (message: string): string =>
  message
    .replace(/^error parsing regexp: /, "")
    .replace(/^invalid repeat count/, "a repetition counts to 1000 at most, with those around it multiplied")

/**
 * The size of a pattern once its counted repetitions are expanded, about that of RE2's program.
 *
 * `a{1000}` has 1000 steps, `((a{1000}){1000})` a million. It reads any text in one pass; whether that is a pattern
 * is for RE2 to decide.
 */
export const sizeOfPattern = (pattern: string): number => {
  /** The sizes of the enclosing groups so far. */
  const enclosing: Array<number> = []
  /** The size of the current group, without its last atom; and of that atom. */
  let sum = 0
  let atom = 0
  for (const [token] of pattern.matchAll(tokens)) {
    const counts = counted.exec(token)
    if (counts !== null) {
      const [, min = "0", comma, max] = counts
      atom *= Math.max(1, Number(max === undefined || max === "" ? min : max) + (comma && !max ? 1 : 0))
    } else if (token === "(") {
      enclosing.push(sum + atom)
      sum = 0
      atom = 0
    } else if (token === ")") {
      atom += sum + 2
      sum = enclosing.pop() ?? 0
    } else {
      sum += atom
      // Every character between \Q and \E is an atom.
      atom = token.startsWith("\\Q") ? token.length : 1 + stepsOfProperty * countProperties(token)
    }
  }
  while (enclosing.length > 0) sum += enclosing.pop() ?? 0
  return Math.min(sum + atom, Number.MAX_SAFE_INTEGER)
}

/** Hundreds of ranges of characters, which RE2 copies for each repetition: `\pL` takes as long to compile as so many letters. */
const stepsOfProperty = 50

/** How many Unicode properties (`\pL`, `\P{Greek}`) an atom names; a class may name several. */
const countProperties = (atom: string): number => atom.match(/\\[pP]/g)?.length ?? 0

/** A class, a quotation, an escaped character, a counted repetition, or any one character. */
const tokens =
  /\\Q(?:(?!\\E)[^])*(?:\\E)?|\\[pP](?:\{[^}]*\}|[^])|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:[^\]]*:\]|[^\]\\])*\]|\{\d+,?\d*\}|[^]/gu

const counted = /^\{(\d+)(,?)(\d*)\}$/
