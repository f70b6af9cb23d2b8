import { routes } from "@lead-gateway/api-contract"
import { assert, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { methods } from "../src/methods.ts"

const path = fileURLToPath(new URL("../README.md", import.meta.url))

/** Lines of a table, padded as the formatter pads them. */
const table = (rows: ReadonlyArray<readonly [string, string, string]>): string => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, column) => cell.padEnd(width(column))).join(" | ")} |`
  const [head = ["", "", ""], ...body] = rows
  return [line(head), line([0, 1, 2].map((column) => "-".repeat(width(column)))), ...body.map(line)].join(
    "\n",
  )
}

it("the README lists every method (vitest --update writes it)", async () => {
  const rows = routes.map(
    ({ name, summary }) => [`\`${methods[name].name}\``, `\`${name}\``, summary] as const,
  )
  const listed = `<!-- methods -->\n\n${table([["method", "route", "what for"], ...rows])}\n\n<!-- /methods -->`
  const readme = readFileSync(path, "utf8").replace(/<!-- methods -->[^]*<!-- \/methods -->/, () => listed)
  assert.include(readme, listed)
  await expect(readme).toMatchFileSnapshot(path)
})
