import { assert, describe, it } from "vitest"
import { brotliCompressSync } from "node:zlib"
import { buildConsole } from "../src/build.ts"

/** The files that a page needs before it shows something: those that the HTML names, and those that they import at once. */
const firstPage = async () => {
  const files = new Map((await buildConsole()).map((file) => [file.name, file]))
  const needed = new Set<string>(["index.html"])
  for (const name of needed) {
    const text = Buffer.from(files.get(name)?.body ?? assert.fail(name)).toString()
    const named =
      name === "index.html"
        ? text.matchAll(/"\/console\/([^"]+)"/g)
        : text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)
    for (const [, other = ""] of named) needed.add(other)
  }
  return [...needed].map((name) => files.get(name) ?? assert.fail(name))
}

describe("the console's weight", () => {
  it("is 40 kB for the first page, compressed", async () => {
    const sizes = (await firstPage()).map(({ body }) => brotliCompressSync(body).length)
    assert.isAtLeast(sizes.length, 4)
    assert.isAtMost(
      sizes.reduce((sum, size) => sum + size, 0),
      40_000,
    )
  })

  it("is in files whose names change with their content, all of this origin", async () => {
    for (const { body, name } of await buildConsole()) {
      if (name === "index.html") continue
      assert.match(name, /-[A-Za-z0-9]{8}\.(?:js|css|svg)$/)
      assert.notMatch(Buffer.from(body).toString(), /@import|url\(["']?https?:/)
    }
  })
})
