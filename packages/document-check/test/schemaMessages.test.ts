import { assert, describe, it } from "@effect/vitest"
import { makeReport, type Diagnostic } from "@lead-gateway/document-check"
import { reportIssue } from "@lead-gateway/document-check/schema"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Result, Schema } from "effect"

const Dish = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/\S/, { message: "Expected a text that is not blank" })),
  price: Schema.Finite,
})
const Menu = Schema.Struct({ dishes: Schema.Array(Dish), note: Schema.optionalKey(Schema.String) })
const decode = Schema.decodeUnknownResult(Menu, { errors: "all", onExcessProperty: "error" })

const diagnosticsIn = (json: unknown): ReadonlyArray<Diagnostic> => {
  const { diagnostics, report } = makeReport()
  Result.match(decode(json), {
    onSuccess: () => {},
    onFailure: ({ issue }) => reportIssue(report, json, issue),
  })
  return diagnostics
}

describe("reportIssue", () => {
  it("reports everything that is invalid, with path, actual value and the schema's message", () => {
    const dishes = [{ name: " ", price: 1 }, {}, 7, { name: "tea", price: "2", hot: true }]
    assert.deepStrictEqual(diagnosticsIn({ dishes, note: 1, chef: "Ada" }), [
      { path: "chef", actual: '"Ada"', expected: "no key but dishes, note" },
      { path: "dishes.0.name", actual: '" "', expected: "a text that is not blank" },
      { path: "dishes.1.name", actual: "nothing", expected: "a text that is not blank; the key is required" },
      { path: "dishes.1.price", actual: "nothing", expected: "a value; the key is required" },
      { path: "dishes.2", actual: "7", expected: "object" },
      { path: "dishes.3.hot", actual: "true", expected: "no key but name, price" },
      { path: "dishes.3.price", actual: '"2"', expected: "number" },
      { path: "note", actual: "1", expected: "string" },
    ])
  })

  it("finds own properties alone", () => {
    const json: unknown = JSON.parse('{ "dishes": [], "__proto__": { "note": 1 } }')
    assert.deepStrictEqual(diagnosticsIn(json), [
      { path: "__proto__", actual: '{"note":1}', expected: "no key but dishes, note" },
    ])
    assert.strictEqual(diagnosticsIn(Object.create({ dishes: 1 }))[0]?.actual, "nothing")
  })

  const AnyJson = anyJson({ keys: ["dishes", "name", "price", "note"] })

  it.prop("reports something exactly where the schema refuses", [AnyJson.value], ([json]) => {
    for (const menu of [json, { dishes: [json] }, { dishes: [{ name: json, price: 1 }] }]) {
      assert.strictEqual(diagnosticsIn(menu).length > 0, Result.isFailure(decode(menu)))
    }
  })
})
