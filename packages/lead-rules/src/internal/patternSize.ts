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
      atom = token.startsWith("\\Q") ? token.length : 1
    }
  }
  while (enclosing.length > 0) sum += enclosing.pop() ?? 0
  return Math.min(sum + atom, Number.MAX_SAFE_INTEGER)
}

/** A class, a quotation, an escaped character, a counted repetition, or any one character. */
const tokens =
  /\\Q(?:(?!\\E)[^])*(?:\\E)?|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:[^\]]*:\]|[^\]\\])*\]|\{\d+,?\d*\}|[^]/gu

const counted = /^\{(\d+)(,?)(\d*)\}$/
