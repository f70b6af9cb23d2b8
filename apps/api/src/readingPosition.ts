import type { LeadChange } from "@lead-gateway/lead-store"

/**
 * How far changes have been read. Their numbers are taken before they are committed, so that a smaller one may appear after
 * a greater one: `floor` is the number up to which nothing can appear any more.
 */
export interface ReadingPosition {
  readonly floor: () => number
  readonly isRead: (seq: number) => boolean
  /** Those of these rows that have not been read. */
  readonly unread: (rows: ReadonlyArray<LeadChange>) => ReadonlyArray<LeadChange>
  /** A row has been read. */
  readonly read: (seq: number) => void
  /** Gives up numbers that have been missing for longer than any statement takes: theirs were rolled back. */
  readonly expire: (nowMs: number) => void
  /** Notes how far it has come by now; returns how far it had come that long ago. */
  readonly mark: (nowMs: number, agoMs: number) => number | undefined
}

/** How many numbers before the newest may still appear: statements of so many may be under way at once, at most. */
export const lookBack = 200

/**
 * A position at the newest number. `recent` are the rows after `newest - lookBack`: they count as read, and numbers that are
 * missing among them may still appear.
 */
export const makeReadingPosition = (newest: number, recent: ReadonlyArray<LeadChange>): ReadingPosition => {
  let floor = Math.min(newest, (recent[0]?.seq ?? newest + 1) - 1)
  const above = new Set<number>()
  let missingSince: number | undefined
  const marks: Array<{ readonly at: number; readonly floor: number }> = []

  const advance = () => {
    while (above.delete(floor + 1)) {
      floor++
      missingSince = undefined
    }
  }
  const read = (seq: number) => {
    if (seq <= floor) return
    above.add(seq)
    advance()
  }
  for (const { seq } of recent) read(seq)
  return {
    floor: () => floor,
    isRead: (seq) => seq <= floor || above.has(seq),
    unread: (rows) => rows.filter(({ seq }) => seq > floor && !above.has(seq)),
    read,
    expire: (nowMs) => {
      if (above.size === 0) return void (missingSince = undefined)
      missingSince ??= nowMs
      if (nowMs - missingSince < missingForMs) return
      floor = Math.min(...above) - 1
      missingSince = undefined
      advance()
    },
    mark: (nowMs, agoMs) => {
      marks.push({ at: nowMs, floor })
      let old: number | undefined
      while (marks[0] !== undefined && nowMs - marks[0].at >= agoMs) old = marks.shift()?.floor
      return old
    },
  }
}

/** The statement timeout of connections, and somewhat more. */
const missingForMs = 35_000
