import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { CorrelationId } from "@lead-gateway/runtime"

describe("a correlation id", () => {
  it("is kept when it is 1 to 128 visible ASCII characters", () => {
    for (const value of ["a", "req-1/2?x=~!", "x".repeat(128)]) {
      assert.deepStrictEqual(CorrelationId.fromHeader(value), Option.some(value))
    }
  })

  it("is not taken from anything else", () => {
    for (const value of [
      undefined,
      "",
      "a b",
      " a",
      "a\n",
      "a\r\nX-Evil: 1",
      "ä",
      "\u007f",
      "x".repeat(129),
    ]) {
      assert.deepStrictEqual(CorrelationId.fromHeader(value), Option.none())
    }
  })

  it.prop("never has a character that breaks a header or a line", [Schema.String], ([value]) => {
    const id = Option.getOrElse(CorrelationId.fromHeader(value), () => "none")
    assert.match(id, /^[!-~]{1,128}$/)
  })

  it("is a new UUID when there is none", () => {
    const [one, two] = [CorrelationId.make(), CorrelationId.make()]
    assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.notStrictEqual(one, two)
  })
})
