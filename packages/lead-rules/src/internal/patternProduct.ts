import { found, never, type States, unknown } from "./patternStates.ts"

/** The most states that are made of those of several programs. */
const maxStates = 1000

/**
 * The states of several programs that run side by side, until all of them have found something.
 *
 * A state is one of each; {@link found} is one more, which is never left.
 */
export const productOf = (programs: ReadonlyArray<States>): States => {
  const [only] = programs
  if (only !== undefined && programs.length === 1) return only
  const states: Array<ReadonlyArray<number>> = []
  const numbers = new Map<string, number>()
  const known = programs.map(() => new Map<number, number>())

  const numberOf = (state: ReadonlyArray<number>): number => {
    if (state.includes(never)) return never
    if (state.includes(unknown)) return unknown
    if (state.every((one) => one === found)) return found
    const key = state.join()
    const number = numbers.get(key)
    if (number !== undefined) return number
    if (states.length >= maxStates) return unknown
    numbers.set(key, states.length)
    return states.push(state) - 1
  }

  const stepOf = (index: number, state: number, column: number): number => {
    if (state === found) return found
    const steps = known[index]
    // There are at most 256 columns of characters, and one for the end.
    const step = state * 257 + column
    const next = steps?.get(step) ?? programs[index]?.stateAfter(state, column) ?? unknown
    steps?.set(step, next)
    return next
  }

  return {
    start: numberOf(programs.map(({ start }) => start)),
    stateAfter: (number, column) =>
      numberOf((states[number] ?? []).map((state, index) => stepOf(index, state, column))),
  }
}
