import { assert, describe, it } from "@effect/vitest"
import { Defect } from "@lead-gateway/runtime"
import { Effect, Schema } from "effect"
import { entriesOf } from "./memorySink.ts"

/** A getter computes its message, so the stack does not contain it. */
class Late extends Schema.TaggedError<Late>()("Late", { email: Schema.String }) {
  override get message(): string {
    return this.email
  }
}

const parseError = () => {
  try {
    return JSON.parse("jane@x.example") as unknown
  } catch (error) {
    return error
  }
}

describe("a defect", () => {
  it("says what was thrown and where, and nothing of what it said", () => {
    const error = new TypeError("jane@x.example\n    at jane@x.example is wrong")
    assert.match(Defect.describe(error), /^TypeError at .*Defect\.test\.ts:\d+:\d+\)?$/)
    assert.match(Defect.trace(error), /^TypeError at .*Defect\.test\.ts.*\n {4}at /)
    assert.notInclude(Defect.trace(error), "jane")
  })

  it("has a place, also when its message is made later", () => {
    assert.match(Defect.describe(new Late({ email: "jane@x.example" })), /^Late at .*\.[tj]s:\d+:\d+\)?$/)
  })

  it("leaves out the stack of an error whose message was changed afterwards", () => {
    const error = new Error("jane@x.example")
    assert.include(error.stack, "jane")
    error.message = "another"
    assert.strictEqual(Defect.trace(error), "Error")
  })

  it("has its code, if that is a word", () => {
    const withCode = (code: string) => Defect.describe(Object.assign(new Error("x"), { code }))
    assert.match(withCode("ECONNREFUSED"), /^Error ECONNREFUSED at /)
    assert.match(withCode("jane@x.example"), /^Error at /)
  })

  it("is named by its type when it is no error", () => {
    for (const [thrown, text] of [
      ["jane@x.example", "(string)"],
      [{ email: "jane@x.example" }, "(object)"],
      [{ name: "jane@x.example" }, "(object)"],
      [null, "(null)"],
      [undefined, "(undefined)"],
    ])
      assert.strictEqual(Defect.describe(thrown), text)
  })
})

describe("a log", () => {
  it.effect("tells of JSON.parse's error no word, in whatever way it gets there", () =>
    Effect.gen(function* () {
      const error = parseError()
      assert.include(String(error), "jane")
      const wrapped = new Error("jane@x.example", { cause: error })
      for (const level of ["debug", "info"] as const) {
        for (const failing of [
          Effect.die(error),
          Effect.fail(error),
          Effect.die(wrapped),
          Effect.fail(wrapped),
        ]) {
          const program = Effect.catchCause(failing, (cause) => Effect.logError("failed", error, cause))
          const [entry] = yield* entriesOf(program, { level })
          assert.match(String(entry?.["message"]), /^failed SyntaxError at /)
          assert.match(String(entry?.["error"]), /SyntaxError at /)
          assert.strictEqual(entry !== undefined && "stack" in entry, level === "debug")
          assert.notInclude(JSON.stringify(entry), "jane")
        }
      }
    }),
  )
})
