import { assert, describe, it } from "@effect/vitest"
import { compileMappingOrThrow, compileTemplateOrThrow, map } from "../src/index.ts"

const mapping = compileMappingOrThrow({})

describe("many values that the normaliser could not read", () => {
  it("take time in proportion to their number, in nested lists too", () => {
    const template = compileTemplateOrThrow({
      a: {
        $each: "n",
        max_items: 1000,
        item: { $each: "p", max_items: 1000, item: { $item: "value", unread: "park" } },
      },
    })
    const payload = { n: Array.from({ length: 400 }, () => ({ p: Array<string>(400).fill("a") })) }
    const unread = Array.from({ length: 160_000 }, (_, index) => ({
      path: `n.${Math.floor(index / 400)}.p.${index % 400}`,
    }))
    const before = process.cpuUsage()
    const result = map({ mapping, template, payload, unread })
    const { system, user } = process.cpuUsage(before)
    assert.strictEqual(result._tag === "MissingRequired" && result.fields.length, 160_000)
    assert.isBelow((system + user) / 1000, 2_500)
  })

  it("are those inside an unread list as well, and a value around an unread one", () => {
    const template = compileTemplateOrThrow({
      a: { $field: "x.0", unread: "omit" },
      b: { $field: "y", unread: "omit" },
      c: { $field: "xx.0", unread: "omit" },
    })
    const payload = { x: ["1"], y: { z: "1" }, xx: ["1"] }
    const result = map({ mapping, template, payload, unread: [{ path: "x" }, { path: "y.z" }] })
    assert.deepStrictEqual(result._tag === "Mapped" && result.payload, { c: "1" })
  })
})
