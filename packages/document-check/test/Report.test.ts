import { assert, describe, it } from "@effect/vitest"
import { makeReport, reportOtherKeys } from "@lead-gateway/document-check"
import type { JsonObject } from "@lead-gateway/lossless-json"

describe("makeReport", () => {
  it("collects mistakes in the order of their report", () => {
    const { diagnostics, report } = makeReport()
    report([], null, "an object")
    report(["list", 3], { a: 1 }, "a number")
    assert.deepStrictEqual(diagnostics, [
      { path: "", actual: "null", expected: "an object" },
      { path: "list.3", actual: '{"a":1}', expected: "a number" },
    ])
  })

  it("makes lists that know nothing of each other", () => {
    const [first, second] = [makeReport(), makeReport()]
    first.report([], 1, "2")
    assert.isEmpty(second.diagnostics)
  })
})

describe("reportOtherKeys", () => {
  const diagnosticsIn = (object: JsonObject) => {
    const { diagnostics, report } = makeReport()
    reportOtherKeys(report, ["menu"], object, ["starter", "dessert"])
    return diagnostics
  }

  it("reports what is none of the keys, in the object's order", () => {
    assert.deepStrictEqual(diagnosticsIn({ soup: 1, starter: 2, Dessert: 3 }), [
      { path: "menu.soup", actual: "1", expected: "no key but starter, dessert" },
      { path: "menu.Dessert", actual: "3", expected: "no key but starter, dessert" },
    ])
  })

  it("asks for no key, and knows own keys alone", () => {
    assert.isEmpty(diagnosticsIn({}))
    const json = JSON.parse('{ "__proto__": 1, "toString": 2 }') as JsonObject
    assert.deepStrictEqual(
      diagnosticsIn(json).map(({ path }) => path),
      ["menu.__proto__", "menu.toString"],
    )
  })
})
