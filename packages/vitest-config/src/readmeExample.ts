/**
 * The test that a package's README keeps its word.
 *
 * A README shows one example, a `ts` block that imports the package by its name, and behind it what the example
 * prints, a `text` block. The example runs as a reader would run it: as a module of its own, in the package's
 * folder.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

/**
 * Declares the test, for the package whose folder this is: `testReadmeExample(new URL("..", import.meta.url))`.
 *
 * It fails for another number of `ts` blocks than one, and for an example that prints nothing.
 */
export const testReadmeExample = (folder: URL): void => {
  describe("the README", () => {
    it("shows one example, which prints what it says", () => {
      const readme = readFileSync(new URL("README.md", folder), "utf8")
      const [[, example = "", rest = ""] = [], ...more] = readme.matchAll(/^```ts\n([^]*?)^```$([^]*)/gm)
      const [, promised = ""] = /^```text\n([^]*?)^```$/m.exec(rest) ?? []
      const node = ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", example]
      const printed = execFileSync(process.execPath, node, {
        cwd: folder,
        encoding: "utf8",
        env: { NO_COLOR: "1" },
      })
      expect(more).toEqual([])
      expect(printed).not.toBe("")
      expect(printed).toBe(promised)
    })
  })
}
