import { routeRoles, routes } from "@lead-gateway/api-contract"
import { assert, describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const path = fileURLToPath(new URL("../README.md", import.meta.url))

/** Lines of a table, padded as the formatter pads them. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
}

const audience = { open: "all", sender: "senders", viewer: "viewer", operator: "operator", admin: "admin" }

describe("the README", () => {
  it("lists every route with what it is for (vitest --update writes it)", async () => {
    const rows = routes.map(({ name, summary }) => [`\`${name}\``, audience[routeRoles[name]], summary])
    const listed = `<!-- routes -->\n\n${table([["route", "for", "what for"], ...rows])}\n\n<!-- /routes -->`
    const readme = readFileSync(path, "utf8").replace(/<!-- routes -->[^]*<!-- \/routes -->/, () => listed)
    assert.include(readme, listed)
    await expect(readme).toMatchFileSnapshot(path)
  })

  it("says of every route what it is for", () => {
    assert.deepStrictEqual(
      routes.filter(({ summary }) => summary === ""),
      [],
    )
  })
})
