/** What JSON is made of: texts, and the marks that nest and part. Numbers and names need no look. */
const token = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/g

/** An object or a list that is being read: which keys it had, and where in it the text is. */
interface Level {
  readonly keys: Set<string> | undefined
  at: string | number
}

/**
 * The keys that an object of a JSON text has twice, a line for each: parsed, only the last of them would count, and
 * what its author wrote above would be gone without a word. The text is known to be JSON.
 */
export const repeatedKeys = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const levels: Array<Level> = []
  let last = ""
  for (const [piece] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (piece === "{") levels.push({ keys: new Set(), at: "" })
    else if (piece === "[") levels.push({ keys: undefined, at: 0 })
    else if (piece === "}" || piece === "]") levels.pop()
    else if (piece === "," && level !== undefined && typeof level.at === "number") level.at++
    else if (piece === ":" && level?.keys !== undefined) {
      const key = JSON.parse(last) as string
      level.at = key
      if (level.keys.has(key)) {
        const path = levels.map(({ at }) => at).join(".")
        lines.push(`${path.replaceAll(/\s/g, " ")}: found a second time, allowed is every key once`)
      }
      level.keys.add(key)
    }
    last = piece
  }
  return lines
}
