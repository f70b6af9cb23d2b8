import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const folder = new URL("..", import.meta.url)
const [, example = ""] = /```ts\n([^]*?)```/.exec(readFileSync(new URL("README.md", folder), "utf8")) ?? []

describe("README", () => {
  it("has an example that runs and prints what its comments say", () => {
    const node = ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", example]
    const printed = execFileSync(process.execPath, node, { cwd: folder, encoding: "utf8" })
    const promised = [...example.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, comment]) => comment)
    assert.isNotEmpty(promised)
    assert.deepStrictEqual(printed.trimEnd().split("\n"), promised)
  })
})
