import { assert, describe, expect, it } from "@effect/vitest"
import { config as api } from "@lead-gateway/api"
import { settingGroups, variables } from "@lead-gateway/config"
import { config as worker } from "@lead-gateway/worker"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { config as start } from "../src/gateway/Config.ts"

const page = fileURLToPath(new URL("../../../docs/configuration.md", import.meta.url))

const processes = { api, start, worker }

/** Which processes read a variable; those of none are for the commands that their group names. */
const readersOf = (name: string): string => {
  const readers = Object.entries(processes).filter(([, config]) =>
    config.variables.some((variable) => variable.name === name),
  )
  return readers.length === 0 ? "commands" : readers.map(([process]) => `\`${process}\``).join(" ")
}

/** The default, and that of `start` where it is another. */
const defaultOf = (name: string, fallback: string): string => {
  const ofStart = start.variables.find((variable) => variable.name === name)?.fallback ?? fallback
  return ofStart === fallback ? fallback : `${fallback}; ${ofStart} with \`start\``
}

/** A cell of a table: a bar in it would begin another. */
const cell = (text: string): string => text.replaceAll("|", "\\|")

const tables = settingGroups.map(({ settings, title }) => {
  const names = new Set(settings.flatMap((one) => one.variables.map(({ name }) => name)))
  const [heading = "", note] = title.split(/(?:[:.] |, (?=by |of |`))([^]*)/)
  const rows = variables
    .filter(({ name }) => names.has(name))
    .map(({ about, expected, fallback, name, secret }) =>
      [`\`${name}\`${secret ? "*" : ""}`, defaultOf(name, fallback), about, expected, readersOf(name)].map(
        cell,
      ),
    )
  return [`### ${heading}`, ...(note === undefined ? [] : [sentence(note)]), table(rows)].join("\n\n")
})

/** What follows the subject of a group in its title. */
function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).replace(/\.?$/, ".")
}

/** Lines of a table, padded as the formatter does it. */
function table(rows: ReadonlyArray<ReadonlyArray<string>>): string {
  const all = [["setting", "default", "what for", "what it may be", "read by"], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`
  const [head = [], ...body] = all
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
}

describe("docs/configuration.md", () => {
  it("has every setting with its default and its readers (vitest --update writes it)", async () => {
    const text = readFileSync(page, "utf8")
    const listed = `<!-- settings -->\n\n${tables.join("\n\n")}\n\n<!-- /settings -->`
    const fresh = text.replace(/<!-- settings -->[^]*<!-- \/settings -->/, () => listed)
    assert.include(fresh, listed)
    for (const { name } of variables) assert.include(listed, `| \`${name}\``)
    await expect(fresh).toMatchFileSnapshot(page)
  })

  it("says of each process what it reads, so that none of its settings is missing", () => {
    const known = new Set(variables.map(({ name }) => name))
    for (const [process, { variables: read }] of Object.entries(processes)) {
      assert.deepStrictEqual(
        read.filter(({ name }) => !known.has(name)),
        [],
        process,
      )
    }
    assert.strictEqual(readersOf("WORKER_CONCURRENCY"), "`start` `worker`")
    assert.strictEqual(readersOf("AWS_REGION"), "commands")
  })
})
