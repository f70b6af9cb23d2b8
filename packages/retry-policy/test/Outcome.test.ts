import { assert, describe, it } from "@effect/vitest"
import { isUnseen, type Outcome } from "@lead-gateway/retry-policy"

const unseen = (outcome: unknown): boolean => isUnseen(outcome as Outcome)

describe("isUnseen", () => {
  // The column "may the customer have seen the request?" of customer-client's UnreachableKind.
  it.each([
    ["dns", false],
    ["refused", false],
    ["no_route", false],
    ["connect_timeout", false],
    ["tls", false],
    ["unsendable", false],
    ["ECONNREFUSED", false],
    ["ENOTFOUND", false],
    ["CERT_HAS_EXPIRED", false],
    ["reset", true],
    ["protocol", true],
    ["other", true],
    ["ECONNRESET", true],
    ["EPIPE", true],
    ["ETIMEDOUT", true],
    ["UND_ERR_SOCKET", true],
    ["UND_ERR_HEADERS_TIMEOUT", true],
    ["", true],
  ])("of a network error %s is %s", (kind, expected) => {
    assert.strictEqual(unseen({ _tag: "Unreachable", kind }), expected)
  })

  it("of a timeout depends on whether the request had left", () => {
    assert.isFalse(unseen({ _tag: "TimedOut", phase: "connect" }))
    assert.isTrue(unseen({ _tag: "TimedOut", phase: "answer" }))
    assert.isTrue(unseen({ _tag: "TimedOut" }))
  })

  it("of an answer is false, unless an intermediary lost the customer's own, or it is no final answer", () => {
    for (let status = 200; status <= 999; status++) {
      assert.strictEqual(unseen({ _tag: "Answered", status }), [502, 504, 520, 524].includes(status))
    }
    for (const status of [100, 101, 103, 199, 99, 0, -1, 1000, 200.5, NaN, Infinity, "200", undefined]) {
      assert.isTrue(unseen({ _tag: "Answered", status }), `${status}`)
    }
  })

  it("is false for what was never sent, and true for what nobody knows", () => {
    for (const _tag of ["NotSent", "AddressRefused"]) assert.isFalse(unseen({ _tag }))
    for (const odd of [{ _tag: "OutcomeUnknown" }, { _tag: "Lost" }, {}, null, undefined, 5, []]) {
      assert.isTrue(unseen(odd))
    }
  })
})
