import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { classify, decide, type Fault, type Outcome } from "@lead-gateway/retry-policy"
import { policyOf } from "./support/policy.ts"

const policy = policyOf()

const answered = (status: number): Outcome => ({ _tag: "Answered", status })
const unreachable = (kind: string): Outcome => ({ _tag: "Unreachable", kind })

describe("classify by the default table", () => {
  it.each<[Fault | undefined, ReadonlyArray<number>]>([
    [undefined, [200, 201, 204, 299]],
    ["lead", [400, 409, 413, 422]],
    ["customer", [301, 304, 401, 403, 404, 405, 408, 415, 429, 451, 500, 503, 599, 100, 0, 600]],
  ])("names %s at fault for answers %j", (fault, statuses) => {
    for (const status of statuses)
      assert.strictEqual(classify(policy, answered(status)).fault, fault, `${status}`)
  })

  it("has the customer at fault without an answer, and us when nothing was sent or nobody saw it", () => {
    assert.strictEqual(classify(policy, { _tag: "TimedOut" }).fault, "customer")
    assert.strictEqual(classify(policy, unreachable("ENOTFOUND")).fault, "customer")
    assert.strictEqual(classify(policy, { _tag: "NotSent" }).fault, "ours")
    assert.strictEqual(classify(policy, { _tag: "OutcomeUnknown" }).fault, "ours")
  })

  it("lets a Retry-After count with 429 and 503 alone", () => {
    const counting = Array.from({ length: 1100 }, (_, status) => status).filter(
      (status) => classify(policy, answered(status)).retryAfter,
    )
    assert.deepStrictEqual(counting, [429, 503])
  })

  it.prop("has nobody at fault exactly when the lead is delivered", [Schema.Int], ([status]) => {
    const outcome = answered(status)
    const decision = decide({ policy, attempt: 1, outcome, nowMs: 0 })
    assert.strictEqual(classify(policy, outcome).fault === undefined, decision._tag === "Delivered")
  })
})

describe("classify by a policy's own rows", () => {
  it("goes by the first row that has the outcome", () => {
    const own = policyOf({
      classification: [
        { status: 404, means: "retry", fault: "ours" },
        { status: "400-499", means: "give_up", fault: "lead" },
        { status: "any", means: "delivered" },
      ],
    })
    assert.deepStrictEqual(classify(own, answered(404)), {
      means: "retry",
      fault: "ours",
      health: "unknown",
      retryAfter: true,
      reason: undefined,
    })
    assert.deepStrictEqual(classify(own, answered(429)), {
      means: "give_up",
      fault: "lead",
      health: "rejected",
      retryAfter: false,
      reason: undefined,
    })
    for (const status of [200, 399, 500, 999]) {
      assert.deepStrictEqual(
        classify(own, answered(status)),
        { means: "delivered", fault: undefined, health: "success", retryAfter: false, reason: undefined },
        `${status}`,
      )
    }
  })

  it("classifies network errors by name and by code, and the others as unreachable", () => {
    const own = policyOf({
      classification: [
        { error: ["tls", "CERT_HAS_EXPIRED"], means: "give_up", fault: "customer" },
        { error: "unreachable", means: "retry", fault: "ours" },
      ],
    })
    for (const kind of ["tls", "CERT_HAS_EXPIRED"])
      assert.strictEqual(classify(own, unreachable(kind)).means, "give_up")
    for (const kind of ["dns", "ECONNRESET", "", "tls ", "__proto__"]) {
      assert.deepInclude(classify(own, unreachable(kind)), { means: "retry", fault: "ours" })
    }
    assert.strictEqual(classify(own, { _tag: "TimedOut" }).fault, "customer")
  })

  it("never takes a network error for what is none, whatever it is called", () => {
    const own = policyOf({
      classification: [
        {
          status: "any",
          error: ["timeout", "not_sent", "outcome_unknown"],
          means: "give_up",
          fault: "ours",
        },
      ],
    })
    for (const kind of ["any_status", "timeout", "not_sent", "outcome_unknown", "unreachable"]) {
      assert.deepInclude(classify(own, unreachable(kind)), { means: "retry", fault: "customer" }, kind)
    }
  })
})
