/** A diff in the unified format, which people read and `patch` and `git apply` carry out. */
import type { DiffLine } from "./diff.ts"

/** Changes that are near each other, with the lines around them. */
export interface Hunk {
  /** `@@ -1,5 +1,6 @@` */
  readonly header: string
  readonly lines: ReadonlyArray<DiffLine>
}

/** Lines around a change. */
const around = 3

/** The changes of a diff with three lines around each; none if there are none. */
export const hunksOf = (diff: ReadonlyArray<DiffLine>): ReadonlyArray<Hunk> => {
  const shown = new Set<number>()
  for (const [index, { kind }] of diff.entries()) {
    if (kind === "same") continue
    for (let near = index - around; near <= index + around; near++) shown.add(near)
  }
  const hunks: Array<{ old: number; now: number; lines: Array<DiffLine> }> = []
  let old = 1
  let now = 1
  for (const [index, line] of diff.entries()) {
    if (shown.has(index)) {
      if (!shown.has(index - 1) || hunks.length === 0) hunks.push({ old, now, lines: [] })
      hunks.at(-1)?.lines.push(line)
    }
    if (line.kind !== "added") old++
    if (line.kind !== "removed") now++
  }
  return hunks.map(({ lines, now, old }) => ({ header: headerOf(old, now, lines), lines }))
}

const headerOf = (old: number, now: number, lines: ReadonlyArray<DiffLine>): string => {
  const range = (start: number, other: DiffLine["kind"]) => {
    const count = lines.filter(({ kind }) => kind !== other).length
    // Of no line it is the line before.
    return `${count === 0 ? start - 1 : start},${count}`
  }
  return `@@ -${range(old, "added")} +${range(now, "removed")} @@`
}

/** How a line begins. */
export const signs = { same: " ", removed: "-", added: "+" } as const satisfies Record<
  DiffLine["kind"],
  string
>

/** The whole patch of a file, as text. Both texts end with a line break. */
export const patchOf = (file: string, hunks: ReadonlyArray<Hunk>): string =>
  [
    `--- a/${file}`,
    `+++ b/${file}`,
    ...hunks.flatMap(({ header, lines }) => [header, ...lines.map(({ kind, line }) => signs[kind] + line)]),
    "",
  ].join("\n")
