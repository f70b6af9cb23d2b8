import { assert, describe, it } from "@effect/vitest"
import { dirname, join } from "node:path/posix"
import { exists, files, read } from "./repository.ts"

/** What the links of a document name, without other sites and without parts of a page. */
const linked = (path: string): ReadonlyArray<string> =>
  [...read(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => join(dirname(path), target))

/** Paths and names of files that a document sets as code: `packages/lead/test/states.test.ts`, `completeLate.ts`. */
const named = (path: string): ReadonlyArray<string> =>
  [...read(path).matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.(?:ts|md|sql))`/g)].map(([, name = ""]) => name)

describe.each(["docs/architecture.md", "docs/console.md", "docs/states.md"])("%s", (path) => {
  it("links to what is there", () => {
    const targets = linked(path)
    assert.deepStrictEqual(
      targets.filter((target) => !exists(target)),
      [],
    )
    assert.isAbove(targets.length, 4)
  })

  it("names files that are there", () => {
    const sources = files("{apps,packages}/*/{src,test,web}/**/*.ts", "docs/**/*.md")
    const isThere = (name: string) => sources.some((source) => source === name || source.endsWith(`/${name}`))
    assert.deepStrictEqual(
      named(path).filter((name) => !isThere(name)),
      [],
    )
  })
})

describe("the way of a lead in docs/architecture.md", () => {
  it("is no longer than a newcomer reads", () => {
    const rows = read("docs/architecture.md").match(/^\| (?:\*\*\w+\*\*)? +\| \[`[^`]+`\]/gm) ?? []
    assert.isAtLeast(rows.length, 15)
    assert.isAtMost(rows.length, 24)
  })
})
