import { Timestamp } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const decode = Schema.decodeUnknownSync(Timestamp)
const encode = Schema.encodeSync(Timestamp)

describe("a timestamp", () => {
  it("has milliseconds only where there are any", () => {
    assert.strictEqual(encode(new Date(Date.UTC(2026, 0, 21, 10, 35))), "2026-01-21T10:35:00Z")
    assert.strictEqual(encode(new Date(Date.UTC(2026, 0, 21, 10, 35, 0, 120))), "2026-01-21T10:35:00.120Z")
  })

  it.prop(
    "is read as it is written",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Date.UTC(9999, 0) }))],
    ([millis]) => {
      assert.strictEqual(decode(encode(new Date(millis))).getTime(), millis)
    },
  )

  it("is nothing but ISO 8601 in UTC", () => {
    for (const text of [
      "2026-01-21",
      "2026-01-21T10:35:00",
      "2026-01-21T10:35:00+01:00",
      "2026-13-21T10:35:00Z",
      "now",
      0,
    ]) {
      assert.throws(() => decode(text))
    }
    assert.throws(() => encode(new Date(Number.NaN)))
  })
})
