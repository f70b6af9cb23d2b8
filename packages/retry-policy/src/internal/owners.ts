import { type ClassificationRow, rangeOf } from "../ClassificationRow.ts"

/** A row and where it stands. */
export interface PlacedRow {
  readonly row: ClassificationRow
  readonly index: number
}

/**
 * The first row that has each outcome: statuses by their number, all else by its word. `"any_status"` is there
 * for what is no status from 100 to 999, `"unreachable"` for network errors that have no row of their own.
 */
export type Owners = ReadonlyMap<number | string, PlacedRow>

/** An entry of a row that never applies, since rows above have all of it. */
export interface DeadEntry extends PlacedRow {
  readonly entry: number
  readonly value: number | string
  readonly owners: ReadonlySet<PlacedRow>
}

/** Finds the row of each outcome, and the entries that come too late to have any. */
export const ownersOf = (
  rows: ReadonlyArray<ClassificationRow>,
): { readonly owners: Owners; readonly dead: ReadonlyArray<DeadEntry> } => {
  const owners = new Map<number | string, PlacedRow>()
  const dead: Array<DeadEntry> = []
  for (const [index, row] of rows.entries()) {
    const placed = { row, index }
    for (const [entry, value] of row.outcomes.entries()) {
      const outcomes = outcomesOf(value)
      const before = outcomes.map((outcome) => owners.get(outcome) ?? ownerOfAll(owners, outcome))
      const taken = before.filter((owner) => owner !== undefined)
      if (taken.length === outcomes.length) dead.push({ ...placed, entry, value, owners: new Set(taken) })
      for (const [i, outcome] of outcomes.entries()) {
        if (before[i] === undefined) owners.set(outcome, placed)
      }
    }
  }
  return { owners, dead }
}

/** What is in one entry of `outcomes`. Of all network errors only the word for them: nobody can name every code. */
const outcomesOf = (value: number | string): ReadonlyArray<number | string> => {
  if (typeof value === "number") return [value]
  if (value === "any_status") return [value, ...statuses(100, 999)]
  const range = rangeOf(value)
  return range === undefined ? [value] : statuses(...range)
}

const statuses = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

const ownerOfAll = (owners: Owners, outcome: number | string): PlacedRow | undefined =>
  isNetworkError(outcome) ? owners.get("unreachable") : undefined

/** Whether it is one of the outcomes that `"unreachable"` stands for. */
export const isNetworkError = (outcome: number | string): outcome is string =>
  typeof outcome === "string" && !others.has(outcome)

const others: ReadonlySet<string> = new Set(["any_status", "timeout", "not_sent", "outcome_unknown"])
