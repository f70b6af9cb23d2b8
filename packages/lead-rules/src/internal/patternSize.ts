/**
 * How many steps a pattern has once its counted repetitions are written out, about as many as RE2's program has.
 *
 * `a{1000}` has 1000, `((a{1000}){1000})` a million. It reads any text in one pass: whether that is a pattern
 * is for RE2 to say.
 */
export const sizeOfPattern = (pattern: string): number => {
  /** The steps of the groups around the place, and of the group at the place, up to its last atom. */
  const around: Array<number> = []
  let sum = 0
  let atom = 0
  for (const [token] of pattern.matchAll(tokens)) {
    const counts = counted.exec(token)
    if (counts !== null) {
      const [, min = "0", comma, max] = counts
      atom *= Math.max(1, Number(max === undefined || max === "" ? min : max) + (comma && !max ? 1 : 0))
    } else if (token === "(") {
      around.push(sum + atom)
      sum = 0
      atom = 0
    } else if (token === ")") {
      atom += sum + 2
      sum = around.pop() ?? 0
    } else {
      sum += atom
      // What stands between \Q and \E is as many atoms.
      atom = token.startsWith("\\Q") ? token.length : 1
    }
  }
  while (around.length > 0) sum += around.pop() ?? 0
  return Math.min(sum + atom, Number.MAX_SAFE_INTEGER)
}

/** A class, a quotation, an escaped character, a counted repetition, or any one character. */
const tokens =
  /\\Q(?:(?!\\E)[^])*(?:\\E)?|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:[^\]]*:\]|[^\]\\])*\]|\{\d+,?\d*\}|[^]/gu

const counted = /^\{(\d+)(,?)(\d*)\}$/
