import { assert, describe, it } from "@effect/vitest"
import { compilePolicy } from "@lead-gateway/retry-policy"

const backoff = { kind: "exponential", base: "90s" }

const messagesOf = (json: unknown): ReadonlyArray<string> => {
  const compiled = compilePolicy(json)
  return compiled._tag === "Failure" ? compiled.failure.message.split("\n") : []
}

describe("an age with jitter", () => {
  it.each([
    ["full", "1s"],
    ["equal", "45s"],
  ])("may be as short as %s jitter may make the first wait", (jitter, max_age) => {
    assert.deepStrictEqual(messagesOf({ backoff, max_age, max_attempts: 5, jitter }), [])
  })

  it("may not be shorter than that", () => {
    assert.deepStrictEqual(messagesOf({ backoff, max_age: "44s", max_attempts: 5, jitter: "equal" }), [
      'max_age: found "44s", expected at least 45s, the first wait: no attempt but the first would be in time',
    ])
  })
})

describe("a delivery", () => {
  it("is not what was never sent", () => {
    const classification = [{ status: 500, error: ["not_sent", "timeout", "dns"], means: "delivered" }]
    assert.deepStrictEqual(messagesOf({ backoff, max_attempts: 5, classification }), [
      'classification.0.error.0: found "not_sent", expected what the customer may have seen: a row of deliveries',
      'classification.0.error.2: found "dns", expected what the customer may have seen: a row of deliveries',
    ])
  })
})
