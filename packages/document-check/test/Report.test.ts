import { assert, describe, it } from "@effect/vitest"
import { makeReport, reportOtherKeys } from "@lead-gateway/document-check"
import type { JsonObject } from "@lead-gateway/lossless-json"

describe("makeReport", () => {
  it("collects mistakes in the order of their report", () => {
    const { mistakes, report } = makeReport()
    report([], null, "an object")
    report(["list", 3], { a: 1 }, "a number")
    assert.deepStrictEqual(mistakes, [
      { path: "", found: "null", allowed: "an object" },
      { path: "list.3", found: '{"a":1}', allowed: "a number" },
    ])
  })

  it("makes lists that know nothing of each other", () => {
    const [first, second] = [makeReport(), makeReport()]
    first.report([], 1, "2")
    assert.isEmpty(second.mistakes)
  })
})

describe("reportOtherKeys", () => {
  const mistakesIn = (object: JsonObject) => {
    const { mistakes, report } = makeReport()
    reportOtherKeys(report, ["menu"], object, ["starter", "dessert"])
    return mistakes
  }

  it("reports what is none of the keys, in the object's order", () => {
    assert.deepStrictEqual(mistakesIn({ soup: 1, starter: 2, Dessert: 3 }), [
      { path: "menu.soup", found: "1", allowed: "no key but starter, dessert" },
      { path: "menu.Dessert", found: "3", allowed: "no key but starter, dessert" },
    ])
  })

  it("asks for no key, and knows own keys alone", () => {
    assert.isEmpty(mistakesIn({}))
    const json = JSON.parse('{ "__proto__": 1, "toString": 2 }') as JsonObject
    assert.deepStrictEqual(
      mistakesIn(json).map(({ path }) => path),
      ["menu.__proto__", "menu.toString"],
    )
  })
})
