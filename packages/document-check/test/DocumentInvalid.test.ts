import { assert, describe, it } from "@effect/vitest"
import { DocumentInvalid, makeReport } from "@lead-gateway/document-check"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Effect, Schema } from "effect"

class MenuInvalid extends DocumentInvalid("MenuInvalid", "menu") {}

const AnyJson = anyJson({ keys: ["a\nb: found 1"], texts: ["\r\n", "\u2028", "\u202e"] })

describe("DocumentInvalid", () => {
  it("has a line for each mistake, and the document's name where the path is empty", () => {
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
    "takes one line for each mistake, whatever its key, its value and what is allowed",
    [AnyJson.key, AnyJson.value, Schema.String],
    ([key, value, allowed]) => {
      const { diagnostics, report } = makeReport()
      report([key], value, allowed)
      report([0, key], value, allowed)
      const { message } = new MenuInvalid({ diagnostics })
      assert.lengthOf(message.split(/[\n\r\u0085\u2028\u2029]/), 2)
      assert.isTrue(message.isWellFormed())
    },
  )
})
