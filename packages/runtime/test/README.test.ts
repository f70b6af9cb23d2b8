import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const block = (language: string) => readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? ""

describe("the README", () => {
  it("shows an example that runs as it says", () => {
    const output = execFileSync(
      process.execPath,
      ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", block("ts")],
      { cwd: new URL("..", import.meta.url), encoding: "utf8" },
    )
    assert.strictEqual(output, block("text"))
  })
})
