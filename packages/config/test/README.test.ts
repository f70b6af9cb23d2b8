import { assert, describe, it } from "@effect/vitest"
import * as Config from "@lead-gateway/config"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const block = (language: string) => readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? ""

/** The rows of the table of variables, however wide its columns are. */
const rows = () => {
  const { variables } = Config.Settings.all({
    database: Config.databaseSettings,
    api: Config.apiSettings,
    worker: Config.workerSettings,
    queue: Config.queueSettings,
    customer: Config.customerSettings,
    files: Config.fileSettings,
    logging: Config.loggingSettings,
    process: Config.processSettings,
    dataDirectory: Config.dataDirectory,
  })
  return variables.map(
    ({ name, secret, fallback, about, allowed }) =>
      `| \`${name}\`${secret ? "*" : ""} | ${fallback} | ${about} | ${allowed} |`,
  )
}

describe("the README", () => {
  it("shows an example that runs as it says", () => {
    const output = execFileSync(
      process.execPath,
      ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", block("ts")],
      { cwd: new URL("..", import.meta.url), encoding: "utf8", env: { NO_COLOR: "1" } },
    )
    assert.strictEqual(output, block("text"))
  })

  it("lists every variable with its default, and no other", () => {
    const listed = readme.split("\n").filter((line) => /^\| `[A-Z_]+`/.test(line))
    assert.deepStrictEqual(
      listed.map((line) => line.replace(/ +/g, " ")),
      rows(),
    )
  })
})
