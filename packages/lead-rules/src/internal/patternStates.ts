import { type Alphabet, isWord, lineFeed } from "./patternAlphabet.ts"
import { Asked, type Program } from "./patternProgram.ts"

/** What is known of a search that is over: a match is found, or none will be. */
export const found = -2
export const never = -3
/** The state that would come next is not built, since the table has cost enough. */
export const unknown = -1

/**
 * The most states of one pattern: some 130 kB of table, a quarter of a megabyte at worst, whatever texts come. Patterns
 * that people write have tens of them.
 */
const maxStates = 512

/** Where the program may be, and what it has to remember of the character before. */
interface State {
  readonly places: ReadonlyArray<number>
  readonly before: Before
}

interface Before {
  /** Which of `textBegins` and `lineBegins` holds. */
  readonly begins: number
  readonly isWord: boolean
}

/** The states of a program as far as they have been asked for: numbers from 0, or {@link found} and so on. */
export interface States {
  readonly start: number
  /** The state after a character of a column, or what the end of the text decides. */
  readonly stateAfter: (state: number, column: number) => number
}

const begins = Asked.textBegins | Asked.lineBegins

/** Makes the states; at most so many instructions are looked at for all of them together. */
export const makeStates = (program: Program, { members, end }: Alphabet, maxWork: number): States => {
  const { instructions } = program
  const states: Array<State> = []
  const numbers = new Map<string, number>()
  const asked = instructions.reduce((all, one) => (one._tag === "Look" ? all | one.asks : all), 0)
  const visited = new Uint32Array(instructions.length)
  let visit = 0
  let work = 0

  /**
   * All that can be reached without a character. A look waits in its place as long as nothing is known of
   * the next character: then it is among what is reached.
   */
  const reach = (places: ReadonlyArray<number>, holds: number, nextIsKnown: boolean): Array<number> => {
    const reached: Array<number> = []
    const open = places.toReversed()
    visit++
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const instruction = instructions[place]
      if (instruction === undefined || visited[place] === visit) continue
      visited[place] = visit
      work++
      if (instruction._tag === "Fork") open.push(...instruction.next)
      else if (instruction._tag !== "Look") reached.push(place)
      else {
        const missing = instruction.asks & ~holds
        if (missing === 0) open.push(instruction.next)
        else if (!nextIsKnown && (missing & begins) === 0) reached.push(place)
      }
    }
    return reached
  }

  const isFound = (place: number) => instructions[place]?._tag === "Found"
  const isLook = (place: number) => instructions[place]?._tag === "Look"

  const numberOf = (from: ReadonlyArray<number>, before: Before): number => {
    const places = reach(from, before.begins, false)
    if (places.some(isFound)) return found
    // Where a line may begin later, so may a match.
    if (places.length === 0 && (asked & Asked.lineBegins) === 0) return never
    const remembered = places.some(isLook) ? before : nothing
    const key = `${remembered.begins}:${remembered.isWord}:${places.toSorted((a, b) => a - b).join()}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    if (states.length >= maxStates) return unknown
    const number = states.push({ places, before: remembered }) - 1
    numbers.set(key, number)
    return number
  }

  const stateAfter = (number: number, column: number): number => {
    const state = states[number]
    if (state === undefined || work > maxWork) return unknown
    const { places, before } = state
    const next = members[column]
    const isEnd = column === end || next === undefined
    const nextIsWord = !isEnd && isWord(next)
    const holds =
      before.begins |
      (isEnd ? Asked.textEnds | Asked.lineEnds : next === lineFeed ? Asked.lineEnds : 0) |
      (before.isWord === nextIsWord ? Asked.noWordBoundary : Asked.wordBoundary)
    const reached = places.some(isLook) ? reach(places, holds, true) : places
    if (reached.some(isFound)) return found
    if (isEnd) return never
    const after: Array<number> = []
    for (const place of reached) {
      work++
      const instruction = instructions[place]
      if (instruction?._tag === "Take" && instruction.takes(next)) after.push(instruction.next)
    }
    // It is a search: a match may begin after any character.
    after.push(program.start)
    return numberOf(after, { begins: next === lineFeed ? Asked.lineBegins : 0, isWord: nextIsWord })
  }

  return { start: numberOf([program.start], { begins, isWord: false }), stateAfter }
}

const nothing: Before = { begins: 0, isWord: false }
