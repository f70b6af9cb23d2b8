import { assert, describe, it } from "@effect/vitest"
import { DocumentInvalid, makeReport, reportOtherKeys } from "@lead-gateway/document-check"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Effect, Schema } from "effect"

describe("makeReport", () => {
  it("collects diagnostics in the order of their report", () => {
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

class MenuInvalid extends DocumentInvalid("MenuInvalid", "menu") {}

const AnyJson = anyJson({ keys: ["a\nb: found 1"], texts: ["\r\n", "\u2028", "\u202e"] })

describe("DocumentInvalid", () => {
  it("has a line for each diagnostic, and the document's name where the path is empty", () => {
    const { diagnostics, report } = makeReport()
    report([], [], "an object")
    report(["dishes", 0, "price"], undefined, "a number")
    assert.strictEqual(
      new MenuInvalid({ diagnostics }).message,
      "menu: found [], expected an object\ndishes.0.price: found nothing, expected a number",
    )
  })

  it("is an error with a tag and its own class", () => {
    const error = new MenuInvalid({ diagnostics: [] })
    assert.instanceOf(error, MenuInvalid)
    assert.instanceOf(error, Error)
    assert.strictEqual(error.name, "MenuInvalid")
    assert.strictEqual(error._tag, "MenuInvalid")
  })

  it.effect("is caught by its tag", () =>
    Effect.gen(function* () {
      const { diagnostics, report } = makeReport()
      report(["a"], 1, "nothing")
      const caught = yield* new MenuInvalid({ diagnostics }).pipe(
        Effect.catchTag("MenuInvalid", (error) => Effect.succeed(error.diagnostics)),
      )
      assert.deepStrictEqual(caught, [{ path: "a", actual: "1", expected: "nothing" }])
    }),
  )

  it.prop(
    "has one line for each diagnostic, whatever the key, the value and what is expected",
    [AnyJson.key, AnyJson.value, Schema.String],
    ([key, value, expected]) => {
      const { diagnostics, report } = makeReport()
      report([key], value, expected)
      report([0, key], value, expected)
      const { message } = new MenuInvalid({ diagnostics })
      assert.lengthOf(message.split(/[\n\r\u0085\u2028\u2029]/), 2)
      assert.isTrue(message.isWellFormed())
    },
  )
})
