import { assert, describe, it } from "@effect/vitest"
import * as Config from "@lead-gateway/config"
import { readFileSync } from "node:fs"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

/** The rows of the table of variables, however wide its columns are. */
const rows = () => {
  const { variables } = Config.Settings.all({
    database: Config.databaseSettings,
    api: Config.apiSettings,
    worker: Config.workerSettings,
    queue: Config.queueSettings,
    customer: Config.customerSettings,
    files: Config.fileSettings,
    retention: Config.retentionSettings,
    logging: Config.loggingSettings,
    process: Config.processSettings,
    dataDirectory: Config.dataDirectory,
  })
  return variables.map(
    ({ name, secret, fallback, about, allowed }) =>
      `| \`${name}\`${secret ? "*" : ""} | ${fallback} | ${about} | ${allowed} |`,
  )
}

describe("the README's table", () => {
  it("lists every variable with its default, and no other", () => {
    const listed = readme.split("\n").filter((line) => /^\| `[A-Z_]+`/.test(line))
    assert.deepStrictEqual(
      listed.map((line) => line.replace(/ +/g, " ")),
      rows(),
    )
  })
})
