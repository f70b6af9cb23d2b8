import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { inRepository } from "../faults/support/places.ts"

const alerts = readFileSync(inRepository("deploy/prometheus/rules/alerts.yml"), "utf8")
  .split("- alert: ")
  .slice(1)

const kebab = (name: string) =>
  name.replace(/[A-Z]/g, (letter, at) => (at > 0 ? "-" : "") + letter.toLowerCase())

describe("runbooks", () => {
  it("are there for each alert, and for nothing else", () => {
    const expected = alerts.map((text) => {
      const [, name = ""] = /^LeadGateway(\w+)/.exec(text) ?? []
      const file = `docs/runbooks/${kebab(name)}.md`
      assert.include(text, `runbook_url: ${file}\n`)
      for (const field of ["summary", "description", "severity"])
        assert.match(text, new RegExp(`${field}: \\S`), name)
      return `${kebab(name)}.md`
    })
    const files = readdirSync(inRepository("docs/runbooks"))
    assert.deepStrictEqual(files.toSorted(), expected.toSorted())
  })

  it("say what is seen, what to look at, and what to do, and lead to files that exist", () => {
    const files = readdirSync(inRepository("docs/runbooks"))
    for (const name of files) {
      const text = readFileSync(inRepository(`docs/runbooks/${name}`), "utf8")
      assert.match(
        text,
        /^# [^]+\n## Symptom\n[^]+\n## What to look at\n[^]*```sh\n[^]+\n## What to do\n\n- /,
        name,
      )
      for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g)) assert.include(files, target, name)
    }
  })
})
