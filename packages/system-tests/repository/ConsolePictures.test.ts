import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { pages } from "../console/support/pages.ts"
import { files, pathOf, read } from "./repository.ts"

const pictures = readdirSync(pathOf("docs/console")).filter((name) => name.endsWith(".png"))

describe("the pictures of the console", () => {
  it("show each page in both themes, and nothing else", () => {
    const wanted = Object.keys(pages).flatMap((name) => [`${name}-dark.png`, `${name}-light.png`])
    assert.deepStrictEqual(pictures.toSorted(), wanted.toSorted())
  })

  it("are of one size, and small", () => {
    for (const name of pictures) {
      const png = readFileSync(pathOf(`docs/console/${name}`))
      assert.deepStrictEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1440, 900], name)
      assert.isAtMost(png.length, 120_000, name)
    }
  })

  it("are each in some document", () => {
    const documents = files("*.md", "docs/**/*.md").map((path) => read(path))
    const unused = pictures.filter((name) => !documents.some((text) => text.includes(name)))
    assert.deepStrictEqual(unused, [])
  })
})

describe("the pages of the console that are tested", () => {
  it("are those of its navigation, and a lead", () => {
    const navigation = read("apps/console/web/navigation.ts")
    const paths = [...navigation.matchAll(/path: "([^"]+)"/g)].map(([, path = ""]) => path)
    assert.deepStrictEqual([...paths, "/console/leads/1"].toSorted(), Object.values(pages).toSorted())
  })
})
