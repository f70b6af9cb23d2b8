import { alphabetOf } from "./patternAlphabet.ts"
import type { Program } from "./patternProgram.ts"
import { productOf } from "./patternProduct.ts"
import { found, makeStates, unknown } from "./patternStates.ts"

/** The most that may be spent on building a table, for each program: instructions looked at, some 10 ms for all of them. */
const maxWork = 2 ** 18

/**
 * Makes a search that runs programs by a table, one look-up for each character: 3 ns or so. It says whether each
 * of them finds something.
 *
 * The answer is `undefined` where the table ends: at a character outside Latin-1, and where a state would be new
 * but the table has cost {@link maxWork} already. RE2 answers then. A state is the set of instructions that the
 * programs may be at, so each character is looked at once, whatever the patterns. The table is built as texts need
 * it.
 */
export const makeTable = (programs: ReadonlyArray<Program>): ((text: string) => boolean | undefined) => {
  const alphabet = alphabetOf(programs)
  const { classOf, end } = alphabet
  const { start, stateAfter } = productOf(programs.map((program) => makeStates(program, alphabet, maxWork)))
  const width = end + 1
  let cells = new Int32Array(width * 8).fill(unknown)

  const learn = (index: number): number => {
    const next = stateAfter(Math.floor(index / width), index % width)
    while (cells.length < (next + 1) * width) cells = doubled(cells)
    const cell = next < 0 ? next : next * width
    cells[index] = cell
    return cell
  }

  if (start < 0) return () => (start === unknown ? undefined : start === found)
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
      if (at === unknown) {
        at = learn(column)
        table = cells
      }
      if (at < 0) return at === unknown ? undefined : at === found
    }
    at += end
    const last = table[at] as number
    const answer = last === unknown ? learn(at) : last
    return answer === unknown ? undefined : answer === found
  }
}

const doubled = (cells: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(cells.length * 2).fill(unknown)
  larger.set(cells)
  return larger
}
