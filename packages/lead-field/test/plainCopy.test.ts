import { plainCopy } from "@lead-gateway/lead-field"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { getter, notJson } from "@lead-gateway/testkit/not-json"
import { assert, describe, it } from "@effect/vitest"

describe("plainCopy", () => {
  it.prop("changes nothing about JSON", [anyJson().value], ([value]) => {
    assert.deepStrictEqual(plainCopy(value), value)
  })

  it("leaves out what JSON does not have, and keeps every digit of a bigint", () => {
    const value = {
      a: undefined,
      b: () => 1,
      c: Symbol("c"),
      d: 12_345_678_901_234_567_890n,
      list: [undefined, () => 1, 2],
    }
    assert.deepStrictEqual(plainCopy(value), {
      d: JSON.rawJSON("12345678901234567890"),
      list: [null, null, 2],
    })
  })

  it("leaves out what throws, and keeps the rest", () => {
    const value = {
      ok: 1,
      inner: [getter, "x"],
      proxy: notJson.find(([name]) => name === "a revoked proxy")?.[1],
    }
    assert.deepStrictEqual(plainCopy(value), { ok: 1, inner: [{}, "x"], proxy: {} })
  })

  it("keeps cycles and ends at a depth that no parser reaches", () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const copy = plainCopy(cyclic) as { self: unknown }
    assert.strictEqual(copy.self, copy)
    let deep: unknown = "end"
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    assert.isArray(plainCopy(deep))
  })

  it.each(notJson)("copies %s to something that can be read", (_name, value) => {
    assert.doesNotThrow(() => String(Object.keys(Object(plainCopy(value)) as object)))
  })
})
