import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { cappedText } from "../src/internal/cappedText.ts"

describe("cappedText", () => {
  it.prop(
    "does not depend on how the bytes were cut",
    [Schema.String, Schema.Array(Schema.Int)],
    ([text, cuts]) => {
      const bytes = Buffer.from(text)
      const pieces = cappedText(bytes.length)
      let from = 0
      for (const to of [...cuts.map((cut) => Math.abs(cut) % (bytes.length + 1)), bytes.length].toSorted(
        (a, b) => a - b,
      )) {
        assert.isTrue(pieces.add(bytes.subarray(from, to)))
        from = to
      }
      assert.strictEqual(
        pieces.text(true),
        bytes
          .toString()
          .replace(/^\ufeff/, "")
          .replaceAll("\0", "\ufffd"),
      )
    },
  )

  it.prop("never holds more than the cap, and says so", [Schema.String, Schema.Int], ([text, cap]) => {
    const maxBytes = Math.abs(cap) % 20
    const bytes = Buffer.from(text)
    const capped = cappedText(maxBytes)
    assert.strictEqual(capped.add(bytes), bytes.length <= maxBytes)
    assert.isAtMost(Buffer.byteLength(capped.text(false).replaceAll("\ufffd", "")), maxBytes)
    assert.strictEqual(capped.add(new Uint8Array(21)), false)
  })
})
