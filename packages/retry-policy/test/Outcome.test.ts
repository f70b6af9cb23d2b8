import { assert, describe, it } from "@effect/vitest"
import { type Health, healthOf, type Outcome } from "@lead-gateway/retry-policy"

describe("healthOf", () => {
  it("derives from the answer whether the customer's API works", () => {
    const expected: ReadonlyArray<readonly [Health, ReadonlyArray<number>]> = [
      ["success", [200, 201, 204, 299]],
      ["rejected", [300, 301, 399, 400, 401, 404, 422, 429, 499]],
      ["unavailable", [500, 502, 503, 599, 100, 103, 99, 0, 600]],
    ]
    for (const [health, statuses] of expected) {
      for (const status of statuses) {
        assert.strictEqual(healthOf({ _tag: "Answered", status }), health, `${status}`)
      }
    }
  })

  it("holds nothing against the customer that nobody saw or sent", () => {
    assert.strictEqual(healthOf({ _tag: "TimedOut" }), "unavailable")
    assert.strictEqual(healthOf({ _tag: "Unreachable", kind: "ECONNREFUSED" }), "unavailable")
    assert.strictEqual(healthOf({ _tag: "NotSent" }), "unknown")
    assert.strictEqual(healthOf({ _tag: "OutcomeUnknown" }), "unknown")
    for (const json of ["{}", '{"_tag":"AddressRefused"}', "null"]) {
      assert.strictEqual(healthOf(JSON.parse(json) as Outcome), "unknown")
    }
  })
})
