import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { promisify } from "node:util"

const readme = readFileSync(new URL("../../../packages/retry-policy/README.md", import.meta.url), "utf8")

const example = new URL("readme/clientAndPolicy.ts", import.meta.url)

describe("the README of retry-policy", () => {
  it("shows the example with customer-client, which is compiled here, and what it prints", async () => {
    const code = readFileSync(example, "utf8").replace(/^\/\* oxlint-disable .*\n/, "")
    const [, after] = readme.split(`\`\`\`typescript\n${code}\`\`\`\n`)
    assert.isDefined(after, "the example in the README is another one")
    const node = ["--conditions=@lead-gateway/source", example.pathname]
    const { stdout } = await promisify(execFile)(process.execPath, node, {
      env: { ...process.env, NO_COLOR: "1" },
    })
    assert.strictEqual(stdout, /^\n```text\n([^]*?)```\n/.exec(after ?? "")?.[1])
  })
})
