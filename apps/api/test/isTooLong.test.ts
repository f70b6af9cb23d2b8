import { assert, describe, it } from "@effect/vitest"
import { parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { isTooLong } from "../src/preview/isTooLong.ts"

describe("a customer payload", () => {
  it("is too long beyond 1.2 MiB, or a fifth more than the payload", () => {
    const text = "x".repeat(1_000_000)
    assert.isFalse(isTooLong({ a: "x" }, {}))
    assert.isFalse(isTooLong({ a: text }, {}))
    assert.isTrue(isTooLong({ a: text, b: text }, {}))
    assert.isFalse(isTooLong({ a: text, b: text }, { a: text, b: text }))
    assert.isTrue(isTooLong({ a: text, b: text, c: text }, { a: text, b: text }))
    assert.isTrue(isTooLong({ a: "\u0000".repeat(300_000) }, {}), "escapes count")
    const number = Result.getOrThrow(parse("7".repeat(9_000)))
    assert.isTrue(
      isTooLong(
        Array.from({ length: 200 }, () => number),
        {},
      ),
      "digits count",
    )
  })

  it("is not written out to find that", () => {
    const text = "x".repeat(1_000_000)
    const shared = Array.from({ length: 1_000 }, () => text)
    const started = performance.now()
    assert.isTrue(
      isTooLong(
        Array.from({ length: 1_000 }, () => shared),
        {},
      ),
    )
    assert.isBelow(performance.now() - started, 1_000)
  })
})
