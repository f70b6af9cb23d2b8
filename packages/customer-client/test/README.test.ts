import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as face from "@lead-gateway/customer-client"

const folder = new URL("..", import.meta.url)
const readme = readFileSync(new URL("README.md", folder), "utf8")

describe("the README's example for Effect", () => {
  it("prints what it says", () => {
    const [, example = "", printed] = /^```typescript\n([^]*\/\/ (\w+)\n)```$/m.exec(readme) ?? []
    const node = ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", example]
    assert.strictEqual(
      execFileSync(process.execPath, node, { cwd: folder, encoding: "utf8" }),
      `${printed}\n`,
    )
  })
})

describe("the README's API", () => {
  it("lists every export", () => {
    const table = readme.split("## API")[1]?.split("## Options")[0]
    for (const name of Object.keys(face)) assert.match(table ?? "", new RegExp(`\`${name}\\b`))
  })
})
