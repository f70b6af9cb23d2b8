import type { FieldPath } from "@lead-gateway/lead-field"

/** Paths that are apart: none is another, or inside another. */
export class Overlaps {
  readonly #root: Level = new Map()

  /** Takes a path; the one that it is, is in, or is around, if there is such a one (and then does not take it). */
  add(path: FieldPath, name: string): string | undefined {
    let level = this.#root
    for (const [index, segment] of path.entries()) {
      const next = level.get(segment)
      if (typeof next === "string") return next
      if (index === path.length - 1) {
        if (next !== undefined) return anyIn(next)
        level.set(segment, name)
      } else if (next === undefined) {
        const inner: Level = new Map()
        level.set(segment, inner)
        level = inner
      } else level = next
    }
    return undefined
  }
}

interface Level extends Map<string, string | Level> {}

const anyIn = (level: Level): string | undefined => {
  let inner: string | Level | undefined = level
  while (inner !== undefined && typeof inner !== "string") inner = [...inner.values()][0]
  return inner
}
