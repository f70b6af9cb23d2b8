import type { PatternMemory } from "./PatternMemory.ts"
import { Assertion, type Program } from "./PatternProgram.ts"

/** Character classes: characters of Latin-1 that no instruction tells apart share a column of the table. */
interface Alphabet {
  /** The column of each character. */
  readonly classOf: Uint8Array
  /** One character of each column. */
  readonly members: ReadonlyArray<number>
  /** The last column: the end of the text. */
  readonly end: number
}

/** The line feed, the only character that ends a line. */
const lineFeed = 10

/** Whether a character is a word character, for `\w` and `\b`. */
const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)

/** Computes the classes for programs that share a table: each instruction splits the classes it tells apart. */
export const alphabetOf = (programs: ReadonlyArray<Program>): Alphabet => {
  const classOf = new Uint8Array(256)
  let members = [0]
  const split = (holds: (code: number) => boolean) => {
    const columns = new Int16Array(members.length * 2).fill(-1)
    const nextMembers: Array<number> = []
    for (let code = 0; code < classOf.length; code++) {
      const half = (classOf[code] as number) * 2 + (holds(code) ? 1 : 0)
      if (columns[half] === -1) columns[half] = nextMembers.push(code) - 1
      classOf[code] = columns[half] as number
    }
    members = nextMembers
  }

  const seen = new Set<string>()
  for (const instruction of programs.flatMap(({ instructions }) => instructions)) {
    if (instruction._tag === "Consume" && !seen.has(instruction.name)) {
      seen.add(instruction.name)
      split(instruction.accepts)
    } else if (instruction._tag === "Assert") {
      const { assertions } = instruction
      if ((assertions & (Assertion.lineBegins | Assertion.lineEnds)) !== 0) split((code) => code === lineFeed)
      if ((assertions & (Assertion.wordBoundary | Assertion.noWordBoundary)) !== 0) split(isWord)
    }
  }
  return { classOf, members, end: members.length }
}

/** A state of a search that is over: it has matched, or it cannot match any more. */
export const matched = -2
export const dead = -3
/** A state that is not built, because a limit is reached. */
export const unbuilt = -1

/** The most states of one pattern. Patterns that people write have tens of them. */
const maxStates = 512

/** The bytes of a state, and of each instruction in it, in the list and in the key. */
const stateBytes = 200
const instructionBytes = 16

/** A state of the deterministic automaton: the instructions that the program may be at. */
interface State {
  readonly instructions: ReadonlyArray<number>
  readonly before: Before
}

/** What assertions have to know about the previous character. */
interface Before {
  /** Which of `textBegins` and `lineBegins` hold. */
  readonly begins: number
  readonly isWord: boolean
}

/** A deterministic automaton that is built on demand. States are numbers from 0, {@link matched}, {@link dead} or {@link unbuilt}. */
export interface States {
  readonly start: number
  /** The state after a character of a column, or at the end of the text. */
  readonly stateAfter: (state: number, column: number) => number
}

const begins = Assertion.textBegins | Assertion.lineBegins

/** The limits on building an automaton. */
export interface Limits {
  /** The most instructions that are visited in all. */
  readonly maxWork: number
  readonly memory: PatternMemory
}

/** Builds the automaton of a program (subset construction), as far as the limits allow. */
export const makeStates = (
  program: Program,
  { members, end }: Alphabet,
  { maxWork, memory }: Limits,
): States => {
  const { instructions } = program
  const states: Array<State> = []
  const numbers = new Map<string, number>()
  const assertions = instructions.reduce(
    (all, one) => (one._tag === "Assert" ? all | one.assertions : all),
    0,
  )
  const visited = new Uint32Array(instructions.length)
  let visit = 0
  let work = 0

  /**
   * The instructions that are reached without consuming a character (the epsilon closure). While the next character
   * is unknown, an assertion about it stays in the closure.
   */
  const closureOf = (from: ReadonlyArray<number>, holds: number, nextIsKnown: boolean): Array<number> => {
    const closure: Array<number> = []
    const open = from.toReversed()
    visit++
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const instruction = instructions[index]
      if (instruction === undefined || visited[index] === visit) continue
      visited[index] = visit
      work++
      if (instruction._tag === "Fork") open.push(...instruction.next)
      else if (instruction._tag !== "Assert") closure.push(index)
      else {
        const missing = instruction.assertions & ~holds
        if (missing === 0) open.push(instruction.next)
        else if (!nextIsKnown && (missing & begins) === 0) closure.push(index)
      }
    }
    return closure
  }

  const isMatch = (index: number) => instructions[index]?._tag === "Match"
  const isAssert = (index: number) => instructions[index]?._tag === "Assert"

  const numberOf = (from: ReadonlyArray<number>, before: Before): number => {
    const closure = closureOf(from, before.begins, false)
    if (closure.some(isMatch)) return matched
    // A match may still begin where a line does.
    if (closure.length === 0 && (assertions & Assertion.lineBegins) === 0) return dead
    const remembered = closure.some(isAssert) ? before : nothing
    const key = `${remembered.begins}:${remembered.isWord}:${closure.toSorted((a, b) => a - b).join()}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    if (states.length >= maxStates) return unbuilt
    if (!memory.take(stateBytes + closure.length * instructionBytes)) return unbuilt
    const number = states.push({ instructions: closure, before: remembered }) - 1
    numbers.set(key, number)
    return number
  }

  const stateAfter = (number: number, column: number): number => {
    const state = states[number]
    if (state === undefined || work > maxWork || memory.isFull) return unbuilt
    const { before } = state
    const next = members[column]
    const isEnd = column === end || next === undefined
    const nextIsWord = !isEnd && isWord(next)
    const holds =
      before.begins |
      (isEnd ? Assertion.textEnds | Assertion.lineEnds : next === lineFeed ? Assertion.lineEnds : 0) |
      (before.isWord === nextIsWord ? Assertion.noWordBoundary : Assertion.wordBoundary)
    const from = state.instructions
    const closure = from.some(isAssert) ? closureOf(from, holds, true) : from
    if (closure.some(isMatch)) return matched
    if (isEnd) return dead
    const after: Array<number> = []
    for (const index of closure) {
      work++
      const instruction = instructions[index]
      if (instruction?._tag === "Consume" && instruction.accepts(next)) after.push(instruction.next)
    }
    // A match may begin after any character.
    after.push(program.start)
    return numberOf(after, { begins: next === lineFeed ? Assertion.lineBegins : 0, isWord: nextIsWord })
  }

  return { start: numberOf([program.start], { begins, isWord: false }), stateAfter }
}

const nothing: Before = { begins: 0, isWord: false }
