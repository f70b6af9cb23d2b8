/** What to change in a text to get another one, line by line: Myers' algorithm (An O(ND) Difference Algorithm, 1986). */

/** A line of both texts, of the first one alone (it goes), or of the second one alone (it comes). */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added"
  readonly line: string
}

/** Beyond so many changed lines, which nobody reads one by one, all of the first text goes and all of the second comes. */
const mostChanges = 500

/** The lines of both, in order; removed ones before added ones. */
export const diffLines = (before: string, after: string): ReadonlyArray<DiffLine> => {
  const old = before.split("\n")
  const now = after.split("\n")
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++
  return [
    ...linesAs("same", old.slice(0, start)),
    ...changesOf(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...linesAs("same", old.slice(old.length - end)),
  ]
}

const linesAs = (kind: DiffLine["kind"], lines: ReadonlyArray<string>): ReadonlyArray<DiffLine> =>
  lines.map((line) => ({ kind, line }))

const changesOf = (old: ReadonlyArray<string>, now: ReadonlyArray<string>): ReadonlyArray<DiffLine> => {
  /** For each number of changes the furthest places in `old`, by the diagonals `x - y`. */
  const rounds: Array<ReadonlyMap<number, number>> = []
  let furthest = new Map([[1, 0]])
  for (let changes = 0; changes <= Math.min(old.length + now.length, mostChanges); changes++) {
    rounds.push(furthest)
    const next = new Map(furthest)
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = beginOf(next, diagonal, changes)
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++
      next.set(diagonal, x)
      if (x >= old.length && x - diagonal >= now.length) return backwards(rounds, old, now)
    }
    furthest = next
  }
  return [...linesAs("removed", old), ...linesAs("added", now)]
}

/** Whether a diagonal is come to from the one above, by a line that is added, rather than by one that is removed. */
const isFromAbove = (round: ReadonlyMap<number, number>, diagonal: number, changes: number): boolean =>
  diagonal === -changes ||
  (diagonal !== changes && (round.get(diagonal - 1) ?? -1) < (round.get(diagonal + 1) ?? -1))

const beginOf = (round: ReadonlyMap<number, number>, diagonal: number, changes: number): number =>
  isFromAbove(round, diagonal, changes) ? (round.get(diagonal + 1) ?? 0) : (round.get(diagonal - 1) ?? 0) + 1

/** Follows the rounds back from the ends of both texts. */
const backwards = (
  rounds: ReadonlyArray<ReadonlyMap<number, number>>,
  old: ReadonlyArray<string>,
  now: ReadonlyArray<string>,
): ReadonlyArray<DiffLine> => {
  const lines: Array<DiffLine> = []
  let x = old.length
  let y = now.length
  for (let changes = rounds.length - 1; changes >= 0; changes--) {
    const round = rounds[changes] as ReadonlyMap<number, number>
    const isAdded = isFromAbove(round, x - y, changes)
    const diagonal = isAdded ? x - y + 1 : x - y - 1
    const fromX = changes === 0 ? 0 : (round.get(diagonal) ?? 0)
    const fromY = changes === 0 ? 0 : fromX - diagonal
    while (x > fromX && y > fromY) {
      lines.push({ kind: "same", line: old[--x] as string })
      y--
    }
    if (changes === 0) break
    if (isAdded) lines.push({ kind: "added", line: now[--y] as string })
    else lines.push({ kind: "removed", line: old[--x] as string })
  }
  return lines.toReversed()
}
