import type { Balance } from "./Balance.ts"

/** The books of one fault with one queue, and how long it took. */
export interface TableRow {
  readonly fault: string
  readonly queue: string
  readonly books: Balance
  readonly seconds: number
}

const columns: ReadonlyArray<readonly [title: string, width: number]> = [
  ["FAULT", 30],
  ["QUEUE", 9],
  ["200s", 6],
  ["STORED", 7],
  ["DELIVERED", 10],
  ["REJECTED", 9],
  ["FAILED", 7],
  ["LOST", 5],
  ["UNACCOUNTED", 12],
  ["WRONG", 6],
  ["TIME", 6],
  ["TWICE", 6],
  ["CAUSES", 0],
]

const line = (cells: ReadonlyArray<string | number>): string =>
  columns
    .map(([, width], index) => String(cells[index] ?? "").padEnd(width))
    .join("")
    .trimEnd()

const causes = (books: Balance): string =>
  Object.entries(books.causes)
    .map(([cause, count]) => `${count} ${cause}`)
    .join(", ")

const cells = ({ books, fault, queue, seconds }: TableRow) => [
  fault,
  queue,
  books.accepted,
  books.stored,
  books.delivered,
  books.rejected,
  books.failed,
  books.lost,
  books.unaccounted,
  books.findings.length,
  `${Math.round(seconds)}s`,
  books.sentTwice,
  causes(books),
]

const add = (one: Balance, other: Balance): Balance => ({
  accepted: one.accepted + other.accepted,
  stored: one.stored + other.stored,
  delivered: one.delivered + other.delivered,
  rejected: one.rejected + other.rejected,
  failed: one.failed + other.failed,
  sentTwice: one.sentTwice + other.sentTwice,
  causes: Object.fromEntries(
    (["answered with failure", "timeout or reset", "outcome unknown", "no cause"] as const)
      .map((cause) => [cause, (one.causes[cause] ?? 0) + (other.causes[cause] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  ),
  lost: one.lost + other.lost,
  unaccounted: one.unaccounted + other.unaccounted,
  findings: [...one.findings, ...other.findings],
})

/** A plain table of books: a head, a line for each fault, a sum. */
export const table = {
  head: line(columns.map(([title]) => title)),
  row: (row: TableRow): string => line(cells(row)),
  sum: (rows: readonly [TableRow, ...ReadonlyArray<TableRow>], seconds: number): string =>
    line(cells({ fault: "sum", queue: "", books: rows.map((row) => row.books).reduce(add), seconds })),
}
