import { assert, describe, it } from "@effect/vitest"
import { makeReport, type Mistake, reportIssue } from "@lead-gateway/document-check"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Result, Schema } from "effect"

const Dish = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/\S/, { message: "Expected a text that is not blank" })),
  price: Schema.Finite,
})
const Menu = Schema.Struct({ dishes: Schema.Array(Dish), note: Schema.optionalKey(Schema.String) })
const decode = Schema.decodeUnknownResult(Menu, { errors: "all", onExcessProperty: "error" })

const mistakesIn = (json: unknown): ReadonlyArray<Mistake> => {
  const { mistakes, report } = makeReport()
  Result.match(decode(json), {
    onSuccess: () => {},
    onFailure: ({ issue }) => reportIssue(report, json, issue),
  })
  return mistakes
}

describe("reportIssue", () => {
  it("reports every mistake, with its path, what is there and what the schema's messages allow", () => {
    const dishes = [{ name: " ", price: 1 }, {}, 7, { name: "tea", price: "2", hot: true }]
    assert.deepStrictEqual(mistakesIn({ dishes, note: 1, chef: "Ada" }), [
      { path: "chef", found: '"Ada"', allowed: "no key but dishes, note" },
      { path: "dishes.0.name", found: '" "', allowed: "a text that is not blank" },
      { path: "dishes.1.name", found: "nothing", allowed: "a text that is not blank; the key is required" },
      { path: "dishes.1.price", found: "nothing", allowed: "a value; the key is required" },
      { path: "dishes.2", found: "7", allowed: "object" },
      { path: "dishes.3.hot", found: "true", allowed: "no key but name, price" },
      { path: "dishes.3.price", found: '"2"', allowed: "number" },
      { path: "note", found: "1", allowed: "string" },
    ])
  })

  it("finds own properties alone", () => {
    const json: unknown = JSON.parse('{ "dishes": [], "__proto__": { "note": 1 } }')
    assert.deepStrictEqual(mistakesIn(json), [
      { path: "__proto__", found: '{"note":1}', allowed: "no key but dishes, note" },
    ])
    assert.strictEqual(mistakesIn(Object.create({ dishes: 1 }))[0]?.found, "nothing")
  })

  const AnyJson = anyJson({ keys: ["dishes", "name", "price", "note"] })

  it.prop("reports something exactly where the schema refuses", [AnyJson.value], ([json]) => {
    for (const menu of [json, { dishes: [json] }, { dishes: [{ name: json, price: 1 }] }]) {
      assert.strictEqual(mistakesIn(menu).length > 0, Result.isFailure(decode(menu)))
    }
  })
})
