/** A table in Markdown, aligned for people; figures to the right. */
export const markdownTable = (rows: ReadonlyArray<Readonly<Record<string, string>>>): string => {
  const columns = Object.keys(rows[0] ?? {})
  const widths = columns.map((column) =>
    Math.max(...[column, ...rows.map((row) => row[column] ?? "")].map((cell) => cell.length)),
  )
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(" | ")} |`
  const rule = widths.map((width, index) => (index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`))
  return [
    line(columns),
    line(rule),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ""))),
  ].join("\n")
}
