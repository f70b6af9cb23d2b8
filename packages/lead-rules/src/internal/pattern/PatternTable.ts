import type { PatternMemory } from "./PatternMemory.ts"
import type { Program } from "./PatternProgram.ts"
import { alphabetOf, dead, makeStates, matched, type States, unbuilt } from "./PatternStates.ts"

/** The most work on one table, per program: instructions visited, some 10 ms for all of them. */
const maxWork = 2 ** 18

/** The bytes of a table without its cells and states, and of a cell. */
const fixedBytes = 1000
const cellBytes = Int32Array.BYTES_PER_ELEMENT

/**
 * Makes a search for texts in which all of several programs match: one table look-up per character, some 3 ns.
 *
 * The table is a deterministic automaton that is built as texts need it. The answer is `undefined` where it ends: at
 * a character outside Latin-1, and where a state is needed that a limit does not allow. RE2 answers then.
 */
export const makeTable = (
  programs: ReadonlyArray<Program>,
  memory: PatternMemory,
): ((text: string) => boolean | undefined) => {
  const alphabet = alphabetOf(programs)
  const { classOf, end } = alphabet
  const automata = programs.map((program) => makeStates(program, alphabet, { maxWork, memory }))
  const { start, stateAfter } = productOf(automata, memory)
  const width = end + 1
  if (!memory.take(fixedBytes + width * 8 * cellBytes)) return () => undefined
  let cells = new Int32Array(width * 8).fill(unbuilt)

  const build = (index: number): number => {
    const next = stateAfter(Math.floor(index / width), index % width)
    while (cells.length < (next + 1) * width) {
      if (!memory.take(cells.length * cellBytes)) return unbuilt
      cells = doubled(cells)
    }
    const cell = next < 0 ? next : next * width
    cells[index] = cell
    return cell
  }

  if (start < 0) return () => (start === unbuilt ? undefined : start === matched)
  return (text) => {
    const length = text.length
    let table = cells
    let at = 0
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0xff) return undefined
      const column = at + (classOf[code] as number)
      at = table[column] as number
      if (at >= 0) continue
      if (at === unbuilt) {
        at = build(column)
        table = cells
      }
      if (at < 0) return at === unbuilt ? undefined : at === matched
    }
    at += end
    const last = table[at] as number
    const result = last === unbuilt ? build(at) : last
    return result === unbuilt ? undefined : result === matched
  }
}

const doubled = (cells: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(cells.length * 2).fill(unbuilt)
  larger.set(cells)
  return larger
}

/** The most states of a product. */
const maxStates = 1000

/** The bytes of a state, of each part of it, and of a step of one of the automata. */
const stateBytes = 200
const partBytes = 24
const stepBytes = 48

/**
 * The product of several automata: it runs them side by side and matches once all of them have.
 *
 * Its states are tuples of theirs. An automaton that has {@link matched} stays in that state.
 */
const productOf = (automata: ReadonlyArray<States>, memory: PatternMemory): States => {
  const [only] = automata
  if (only !== undefined && automata.length === 1) return only
  const states: Array<ReadonlyArray<number>> = []
  const numbers = new Map<string, number>()
  const steps = automata.map(() => new Map<number, number>())

  const numberOf = (state: ReadonlyArray<number>): number => {
    if (state.includes(dead)) return dead
    if (state.includes(unbuilt)) return unbuilt
    if (state.every((one) => one === matched)) return matched
    const key = state.join()
    const number = numbers.get(key)
    if (number !== undefined) return number
    if (states.length >= maxStates) return unbuilt
    if (!memory.take(stateBytes + state.length * partBytes)) return unbuilt
    numbers.set(key, states.length)
    return states.push(state) - 1
  }

  const stepOf = (index: number, state: number, column: number): number => {
    if (state === matched) return matched
    const known = steps[index]
    // There are at most 256 columns of characters, and one for the end.
    const step = state * 257 + column
    const before = known?.get(step)
    if (before !== undefined) return before
    const next = automata[index]?.stateAfter(state, column) ?? unbuilt
    if (memory.take(stepBytes)) known?.set(step, next)
    return next
  }

  return {
    start: numberOf(automata.map(({ start }) => start)),
    stateAfter: (number, column) =>
      numberOf((states[number] ?? []).map((state, index) => stepOf(index, state, column))),
  }
}
