import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { hasLongRun } from "../src/internal/longNumbers.ts"

const Text = Schema.Array(Schema.Literals(["1", "23", ".", "4567890", "x", "-", "e", "\u0661"])).pipe(
  Schema.check(Schema.isMaxLength(40)),
)

describe("a long run of digits and points", () => {
  it.prop("is what a pattern would match", [Text, Schema.Literals([1, 2, 7, 16])], ([parts, length]) => {
    const text = parts.join("")
    assert.strictEqual(hasLongRun(text, length), new RegExp(`[\\d.]{${length}}`).test(text), text)
  })

  it("is detected at every place, and no shorter one is", () => {
    for (let before = 0; before < 40; before++) {
      for (const after of ["", "x"]) {
        assert.isTrue(hasLongRun("x".repeat(before) + "1".repeat(16) + after, 16))
        assert.isFalse(hasLongRun("x".repeat(before) + "1".repeat(15) + after, 16))
      }
    }
  })
})
