/**
 * The test that a package's README keeps its word.
 *
 * A README shows examples, `ts` blocks that import the package by its name, and behind each what it prints, a `text`
 * block. An example runs as a reader would run it: as a module of its own, in the package's folder.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

/**
 * Declares the test, for the package whose folder this is: `testReadmeExample(new URL("..", import.meta.url))`.
 *
 * It fails for a README without a `ts` block, and for an example that prints nothing.
 */
export const testReadmeExample = (folder: URL): void => {
  describe("the README", () => {
    const readme = readFileSync(new URL("README.md", folder), "utf8")
    const examples = [...readme.matchAll(/^```ts\n([^]*?)^```$([^]*?)(?=^```ts$|$(?![^]))/gm)]
    it("shows examples, which print what it says", () => {
      expect(examples).not.toEqual([])
      for (const [, example = "", rest = ""] of examples) {
        const [, promised = ""] = /^```text\n([^]*?)^```$/m.exec(rest) ?? []
        const node = ["--conditions=@lead-gateway/source", "--input-type=module-typescript", "--eval", example]
        const printed = execFileSync(process.execPath, node, {
          cwd: folder,
          encoding: "utf8",
          env: { NO_COLOR: "1" },
        })
        expect(printed).not.toBe("")
        expect(printed).toBe(promised)
      }
    })
  })
}
