import { assert, describe, it } from "@effect/vitest"
import { type Attempt, decide, type Decision, type Outcome } from "@lead-gateway/retry-policy"
import { exponential, policyOf } from "./support/policy.ts"

const nowMs = Date.UTC(2026, 0, 21, 10, 35, 0)

const defaultPolicy = policyOf()

const after = (outcome: Outcome, rest: Partial<Attempt> = {}): Decision =>
  decide({ policy: defaultPolicy, attempt: 1, nowMs, outcome, ...rest })

const answered = (status: number, retryAfter?: string): Outcome => ({ _tag: "Answered", status, retryAfter })
const timedOut: Outcome = { _tag: "TimedOut" }
const unreachable: Outcome = { _tag: "Unreachable", kind: "ENOTFOUND" }
const notSent: Outcome = { _tag: "NotSent" }
const unknown: Outcome = { _tag: "OutcomeUnknown" }

const inWords = (decision: Decision): string => {
  switch (decision._tag) {
    case "Delivered":
      return "delivered"
    case "GiveUp":
      return decision.reason
    case "RetryAfter":
      return `retry after ${decision.delayMs / 1000} s`
  }
}

describe("decide", () => {
  it.each<[number, string]>([
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [300, "CUSTOMER_REFUSED"],
    [301, "CUSTOMER_REFUSED"],
    [304, "CUSTOMER_REFUSED"],
    [308, "CUSTOMER_REFUSED"],
    [400, "CUSTOMER_REFUSED"],
    [401, "CUSTOMER_REFUSED"],
    [404, "CUSTOMER_REFUSED"],
    [408, "CUSTOMER_REFUSED"],
    [409, "CUSTOMER_REFUSED"],
    [422, "CUSTOMER_REFUSED"],
    [425, "CUSTOMER_REFUSED"],
    [428, "CUSTOMER_REFUSED"],
    [429, "retry after 30 s"],
    [430, "CUSTOMER_REFUSED"],
    [499, "CUSTOMER_REFUSED"],
    [500, "retry after 30 s"],
    [501, "retry after 30 s"],
    [503, "retry after 30 s"],
    [599, "retry after 30 s"],
    [100, "retry after 30 s"],
    [101, "retry after 30 s"],
    [199, "retry after 30 s"],
    [0, "retry after 30 s"],
    [600, "retry after 30 s"],
    [999, "retry after 30 s"],
  ])("reads the table of answers: %i", (status, expected) => {
    assert.strictEqual(inWords(after(answered(status))), expected)
  })

  it("retries what was not answered", () => {
    for (const outcome of [timedOut, unreachable, notSent, unknown]) {
      assert.strictEqual(inWords(after(outcome)), "retry after 30 s")
    }
  })

  it("waits 30, 60, 120 and 240 s, then gives up", () => {
    const decisions = [1, 2, 3, 4, 5, 6].map((attempt) => inWords(after(timedOut, { attempt })))
    assert.deepStrictEqual(decisions, [
      "retry after 30 s",
      "retry after 60 s",
      "retry after 120 s",
      "retry after 240 s",
      "RETRIES_EXHAUSTED",
      "RETRIES_EXHAUSTED",
    ])
  })

  it("says at the end that nobody knows the outcome, when nobody does", () => {
    assert.strictEqual(inWords(after(unknown, { attempt: 5 })), "DELIVERY_OUTCOME_UNKNOWN")
    assert.strictEqual(inWords(after(answered(429, "60"), { attempt: 5 })), "RETRIES_EXHAUSTED")
    assert.strictEqual(inWords(after(notSent, { attempt: 5 })), "RETRIES_EXHAUSTED")
  })

  it("takes a success and a refusal for what they are on the last attempt too", () => {
    assert.strictEqual(inWords(after(answered(200), { attempt: 5 })), "delivered")
    assert.strictEqual(inWords(after(answered(400), { attempt: 5 })), "CUSTOMER_REFUSED")
  })

  it("waits after what comes before attempt 1 as after it: never is a lead sent again at once", () => {
    for (const attempt of [0, -1, 0.5, -Infinity]) {
      assert.strictEqual(inWords(after(timedOut, { attempt })), "retry after 30 s")
    }
    const policy = policyOf({ max_attempts: 1 })
    assert.strictEqual(inWords(after(timedOut, { policy, attempt: 0 })), "RETRIES_EXHAUSTED")
  })

  it("follows the policy's numbers", () => {
    const policy = policyOf({ max_attempts: 3, backoff: exponential(1500, 3), retry_after_cap: "1m" })
    assert.strictEqual(inWords(after(timedOut, { policy })), "retry after 1.5 s")
    assert.strictEqual(inWords(after(timedOut, { policy, attempt: 2 })), "retry after 4.5 s")
    assert.strictEqual(inWords(after(timedOut, { policy, attempt: 3 })), "RETRIES_EXHAUSTED")
    assert.strictEqual(inWords(after(answered(429, "90"), { policy })), "retry after 60 s")
  })
})

describe("Retry-After", () => {
  it.each<[string, string, string]>([
    ["seconds", "120", "retry after 120 s"],
    ["seconds with white space", " 120\t", "retry after 120 s"],
    ["seconds below the backoff", "5", "retry after 30 s"],
    ["zero seconds", "0", "retry after 30 s"],
    ["24 hours", "86400", "retry after 86400 s"],
    ["more than 24 hours", "86401", "retry after 86400 s"],
    ["more seconds than a double holds", "9".repeat(400), "retry after 86400 s"],
    ["a date", "Wed, 21 Jan 2026 10:40:00 GMT", "retry after 300 s"],
    ["an RFC 850 date", "Wednesday, 21-Jan-26 10:40:00 GMT", "retry after 300 s"],
    ["an asctime date", "Wed Jan 21 10:40:00 2026", "retry after 300 s"],
    ["an asctime date with one digit", "Sun Feb  1 10:40:00 2026", "retry after 86400 s"],
    ["a date with a leap second", "Wed, 21 Jan 2026 10:39:60 GMT", "retry after 300 s"],
    ["a date whose day of the week is wrong", "Mon, 21 Jan 2026 10:40:00 GMT", "retry after 300 s"],
    ["a date in the past", "Wed, 21 Jan 2026 10:00:00 GMT", "retry after 30 s"],
    ["a date of another century", "Sunday, 06-Nov-94 08:49:37 GMT", "retry after 30 s"],
    ["a date in two days", "Fri, 23 Jan 2026 10:35:00 GMT", "retry after 86400 s"],
    ["a date in the century of two digits", "Friday, 21-Jan-75 10:40:00 GMT", "retry after 86400 s"],
    ["a day that does not exist", "Mon, 31 Feb 2026 10:40:00 GMT", "retry after 30 s"],
    ["an hour that does not exist", "Thu, 22 Jan 2026 24:00:00 GMT", "retry after 30 s"],
    ["a zone that is not GMT", "Wed, 21 Jan 2026 10:40:00 CET", "retry after 30 s"],
    ["a month in lower case", "Wed, 21 jan 2026 10:40:00 GMT", "retry after 30 s"],
    ["an ISO date", "2026-01-21T10:40:00Z", "retry after 30 s"],
    ["a year alone", "2027-", "retry after 30 s"],
    ["a fraction", "120.5", "retry after 121 s"],
    ["a negative number", "-120", "retry after 30 s"],
    ["two values", "120, 240", "retry after 30 s"],
    ["digits of another script", "١٢٠", "retry after 30 s"],
    ["nothing", "", "retry after 30 s"],
    ["nonsense", "soon", "retry after 30 s"],
  ])("is read as %s", (_name, header, expected) => {
    assert.strictEqual(inWords(after(answered(429, header))), expected)
    assert.strictEqual(inWords(after(answered(503, header))), expected)
  })

  it("is read as in the two examples of RFC 9110, section 10.2.3", () => {
    assert.strictEqual(inWords(after(answered(503, "120"))), "retry after 120 s")
    const outcome = answered(503, "Fri, 31 Dec 1999 23:59:59 GMT")
    const wait = (nowMs: number) => inWords(after(outcome, { nowMs }))
    assert.strictEqual(wait(Date.UTC(1999, 11, 31, 23, 50, 59)), "retry after 540 s")
    assert.strictEqual(wait(Date.UTC(2000, 0, 1)), "retry after 30 s")
  })

  it("counts with 429 and 503 alone", () => {
    for (const status of [500, 502, 504, 101]) {
      assert.strictEqual(inWords(after(answered(status, "600"))), "retry after 30 s")
    }
    assert.strictEqual(inWords(after(answered(301, "600"))), "CUSTOMER_REFUSED")
    assert.strictEqual(inWords(after(answered(413, "600"))), "CUSTOMER_REFUSED")
  })

  it("yields to a backoff that is later", () => {
    assert.strictEqual(inWords(after(answered(429, "200"), { attempt: 3 })), "retry after 200 s")
    assert.strictEqual(inWords(after(answered(429, "200"), { attempt: 4 })), "retry after 240 s")
  })

  it("has a two-digit year within the next 50 years, at any turn of a century", () => {
    const in2099 = Date.UTC(2099, 11, 31, 23, 59, 0)
    const outcome = answered(429, "Friday, 01-Jan-00 00:00:00 GMT")
    assert.strictEqual(inWords(after(outcome, { nowMs: in2099 })), "retry after 60 s")
  })
})

describe("jitter", () => {
  const wait = (jitter: "none" | "full" | "equal", random?: number, outcome: Outcome = timedOut) =>
    inWords(after(outcome, { policy: policyOf({ jitter }), random }))

  it("puts the wait where chance says: anywhere, or in its second half", () => {
    for (const [random, full, equal] of [
      [0, 0, 15],
      [0.5, 15, 22.5],
      [1, 30, 30],
    ] as const) {
      assert.strictEqual(wait("none", random), "retry after 30 s")
      assert.strictEqual(wait("full", random), `retry after ${full} s`)
      assert.strictEqual(wait("equal", random), `retry after ${equal} s`)
    }
  })

  it("waits longest where nobody drew", () => {
    assert.strictEqual(wait("full"), "retry after 30 s")
    assert.strictEqual(wait("equal", undefined), "retry after 30 s")
  })

  it("never shortens a Retry-After", () => {
    for (const random of [0, 0.3, 1]) {
      assert.strictEqual(wait("full", random, answered(429, "120")), "retry after 120 s")
      assert.strictEqual(wait("full", random, answered(429, "30")), "retry after 30 s")
    }
    assert.strictEqual(wait("equal", 1, answered(429, "20")), "retry after 30 s")
  })

  it("takes what is out of bounds for the bound, and what is no number for the longest", () => {
    for (const random of [-1, -Infinity]) assert.strictEqual(wait("full", random), "retry after 0 s")
    for (const random of [7, Infinity, NaN]) assert.strictEqual(wait("full", random), "retry after 30 s")
  })
})

describe("max_age", () => {
  const policy = policyOf({ max_age: "2m", jitter: "full" })
  const at = (ageMs: number | undefined, rest: Partial<Attempt> = {}) =>
    inWords(after(timedOut, { policy, ageMs, ...rest }))

  it("lets the next attempt begin at it, and none after it", () => {
    assert.strictEqual(at(90_000), "retry after 30 s")
    assert.strictEqual(at(90_001), "RETRIES_EXHAUSTED")
    assert.strictEqual(at(90_001, { outcome: unknown }), "DELIVERY_OUTCOME_UNKNOWN")
  })

  it("looks at the wait as jitter has made it", () => {
    assert.strictEqual(at(100_000, { random: 0.5 }), "retry after 15 s")
    assert.strictEqual(at(110_000, { random: 0.5 }), "RETRIES_EXHAUSTED")
  })

  it("ends a lead whose customer asks for a later time", () => {
    assert.strictEqual(at(0, { outcome: answered(503, "120") }), "retry after 120 s")
    assert.strictEqual(at(0, { outcome: answered(503, "121") }), "RETRIES_EXHAUSTED")
  })

  it("sums up the policy's waits if no age is given", () => {
    for (const ageMs of [undefined, NaN, -1]) {
      assert.strictEqual(at(ageMs, { attempt: 2 }), "retry after 60 s")
      assert.strictEqual(at(ageMs, { attempt: 3 }), "RETRIES_EXHAUSTED")
    }
  })

  it("takes nothing from a delivery and from a refusal", () => {
    assert.strictEqual(at(1e12, { outcome: answered(200) }), "delivered")
    assert.strictEqual(at(1e12, { outcome: answered(404) }), "CUSTOMER_REFUSED")
  })
})

describe("a policy's own classification", () => {
  const policy = policyOf({
    classification: [
      { status: 404, error: "dns", means: "give_up", fault: "ours" },
      { status: 409, means: "delivered" },
      { status: "500-599", means: "retry", fault: "customer" },
      { error: ["timeout", "not_sent", "outcome_unknown"], means: "give_up", fault: "ours" },
      { status: 423, means: "retry", fault: "lead", retry_after: false },
    ],
  })
  const by = (outcome: Outcome, attempt = 1) => inWords(after(outcome, { policy, attempt }))

  it("decides on what its rows have, and the default table on the rest", () => {
    assert.strictEqual(by(answered(409)), "delivered")
    assert.strictEqual(by(answered(423)), "retry after 30 s")
    assert.strictEqual(by(answered(423), 5), "RETRIES_EXHAUSTED")
    assert.strictEqual(by(answered(200)), "delivered")
    assert.strictEqual(by(answered(422)), "CUSTOMER_REFUSED")
    assert.strictEqual(by(unreachable), "retry after 30 s")
  })

  it("calls only an answer a refusal, and an end that nobody saw unknown", () => {
    assert.strictEqual(by(answered(404)), "CUSTOMER_REFUSED")
    assert.strictEqual(by({ _tag: "Unreachable", kind: "dns" }), "RETRIES_EXHAUSTED")
    assert.strictEqual(by(timedOut), "RETRIES_EXHAUSTED")
    assert.strictEqual(by(notSent), "RETRIES_EXHAUSTED")
    assert.strictEqual(by(unknown), "DELIVERY_OUTCOME_UNKNOWN")
  })

  it("lets a Retry-After count with every answer that it retries, unless it says otherwise", () => {
    assert.strictEqual(by(answered(500, "90")), "retry after 90 s")
    assert.strictEqual(by(answered(423, "90")), "retry after 30 s")
    assert.strictEqual(by(answered(429, "90")), "retry after 90 s")
  })
})
