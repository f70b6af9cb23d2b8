import { Asked, type Program } from "./patternProgram.ts"

/** The columns of a table: characters of Latin-1 that no instruction tells apart share one. */
export interface Alphabet {
  /** The column of each character. */
  readonly classOf: Uint8Array
  /** A character of each column. */
  readonly members: ReadonlyArray<number>
  /** The column behind the others: the text ends. */
  readonly end: number
}

/** The line feed, the only character that ends a line. */
export const lineFeed = 10

/** Whether a character is one of a word, as `\w` and `\b` have it. */
export const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)

/** Finds the columns for programs that share them: every instruction splits those it tells apart. */
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
    if (instruction._tag === "Take" && !seen.has(instruction.like)) {
      seen.add(instruction.like)
      split(instruction.takes)
    } else if (instruction._tag === "Look") {
      if ((instruction.asks & (Asked.lineBegins | Asked.lineEnds)) !== 0) split((code) => code === lineFeed)
      if ((instruction.asks & (Asked.wordBoundary | Asked.noWordBoundary)) !== 0) split(isWord)
    }
  }
  return { classOf, members, end: members.length }
}
