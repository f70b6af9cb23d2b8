import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text)
const withoutTime = (text: string) => text.replaceAll(/"timestamp":"[^"]+"/g, "")

describe("the README", () => {
  it("shows examples that print what it says", () => {
    const printed = blocks("ts").map((example) =>
      execFileSync(
        process.execPath,
        ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", example],
        { cwd: new URL("..", import.meta.url), encoding: "utf8" },
      ),
    )
    assert.isNotEmpty(printed)
    assert.deepStrictEqual(printed.map(withoutTime), blocks("text").map(withoutTime))
  })
})
