import type { PatternMemory } from "./PatternMemory.ts"
import { dead, matched, type States, unbuilt } from "./patternStates.ts"

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
export const productOf = (automata: ReadonlyArray<States>, memory: PatternMemory): States => {
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
