import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as face from "@lead-gateway/customer-client"
import { testReadmeExample } from "@lead-gateway/vitest-config/readme-example"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

testReadmeExample(new URL("..", import.meta.url))

describe("the README's API", () => {
  it("lists every export", () => {
    const table = readme.split("## API")[1]?.split("## Outcomes")[0]
    for (const name of Object.keys(face)) assert.match(table ?? "", new RegExp(`\`${name}\\b`))
  })
})
