import { execFile } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"
import { examplesOf } from "./readme.ts"
import { published, root } from "./workspace.ts"

const readmes = globSync("packages/*/README.md", { cwd: root })
  .map((path) => ({ folder: join(root, dirname(path)), path, text: readFileSync(join(root, path), "utf8") }))
  .filter(({ text }) => examplesOf(text).length > 0)

/** What an example prints, run from the sources as a module of its own, in the package's folder. */
const print = async (code: string, folder: string): Promise<string> => {
  const node = ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", code]
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: "1" } }
  const { stdout } = await promisify(execFile)(process.execPath, node, options)
  return stdout
}

const withoutTime = (text: string) => text.replaceAll(/"timestamp":"[^"]+"/g, "")

describe("an example in a README", () => {
  it.for(readmes)("prints what the README says: $path", async ({ folder, text }) => {
    for (const { code, prints = "" } of examplesOf(text)) {
      assert.isNotEmpty(prints, "no text block says what the example prints")
      assert.strictEqual(withoutTime(await print(code, folder)), withoutTime(prints))
    }
  })

  it("is there for every package that is published", () => {
    const shown = readmes.map(({ folder }) => folder)
    assert.deepStrictEqual(
      published.filter(({ folder }) => !shown.includes(folder)),
      [],
    )
    assert.isNotEmpty(published)
  })
})
