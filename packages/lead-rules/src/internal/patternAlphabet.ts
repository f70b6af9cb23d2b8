import { Assertion, type Program } from "./patternProgram.ts"

/** Character classes: characters of Latin-1 that no instruction tells apart share a column of the table. */
export interface Alphabet {
  /** The column of each character. */
  readonly classOf: Uint8Array
  /** One character of each column. */
  readonly members: ReadonlyArray<number>
  /** The last column: the end of the text. */
  readonly end: number
}

/** The line feed, the only character that ends a line. */
export const lineFeed = 10

/** Whether a character is a word character, for `\w` and `\b`. */
export const isWord = (code: number): boolean =>
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
