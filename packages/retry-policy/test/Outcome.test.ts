import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  decide,
  defaultRetryPolicy,
  type Fault,
  faultOf,
  type Health,
  healthOf,
} from "@lead-gateway/retry-policy"

describe("faultOf", () => {
  it.each<[Fault | undefined, ReadonlyArray<number>]>([
    [undefined, [200, 201, 204, 299]],
    ["lead", [400, 409, 413, 422]],
    ["customer", [301, 304, 401, 403, 404, 405, 408, 415, 429, 451, 500, 503, 599, 100, 0, 600]],
  ])("is %s for answers %j", (fault, statuses) => {
    for (const status of statuses)
      assert.strictEqual(faultOf({ _tag: "Answered", status }), fault, `${status}`)
  })

  it("is the customer's when there is no answer, and ours when nothing was sent or nobody saw it", () => {
    assert.strictEqual(faultOf({ _tag: "TimedOut" }), "customer")
    assert.strictEqual(faultOf({ _tag: "Unreachable", kind: "ENOTFOUND" }), "customer")
    assert.strictEqual(faultOf({ _tag: "NotSent" }), "ours")
    assert.strictEqual(faultOf({ _tag: "OutcomeUnknown" }), "ours")
  })

  it.prop("is nobody's exactly when the lead is delivered", [Schema.Int], ([status]) => {
    const outcome = { _tag: "Answered", status } as const
    const decision = decide({ policy: defaultRetryPolicy, attempt: 1, outcome, now: 0 })
    assert.strictEqual(faultOf(outcome) === undefined, decision._tag === "Delivered")
  })
})

describe("healthOf", () => {
  it("tells by the answer whether the customer's API does its work", () => {
    const expected: ReadonlyArray<readonly [Health, ReadonlyArray<number>]> = [
      ["took", [200, 201, 204, 299]],
      ["answered", [300, 301, 399, 400, 401, 404, 422, 429, 499]],
      ["down", [500, 502, 503, 599, 100, 103, 99, 0, 600]],
    ]
    for (const [health, statuses] of expected) {
      for (const status of statuses) {
        assert.strictEqual(healthOf({ _tag: "Answered", status }), health, `${status}`)
      }
    }
  })

  it("holds nothing against the customer that nobody saw or sent", () => {
    assert.strictEqual(healthOf({ _tag: "TimedOut" }), "down")
    assert.strictEqual(healthOf({ _tag: "Unreachable", kind: "ECONNREFUSED" }), "down")
    assert.strictEqual(healthOf({ _tag: "NotSent" }), "unclear")
    assert.strictEqual(healthOf({ _tag: "OutcomeUnknown" }), "unclear")
  })
})
