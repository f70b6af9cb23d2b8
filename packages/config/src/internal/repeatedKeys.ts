/** Strings and structural characters of JSON. Numbers and literals are skipped. */
const token = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/g

/** An object or list that is being read: its keys so far, and the current position. */
interface Level {
  readonly keys: Set<string> | undefined
  at: string | number
}

/**
 * Duplicate keys in the objects of a JSON text, one line each. `JSON.parse` keeps only the last value and drops the others
 * silently. The text must be valid JSON.
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
        lines.push(`${path.replaceAll(/\s/g, " ")}: found a second time, expected every key once`)
      }
      level.keys.add(key)
    }
    last = piece
  }
  return lines
}
