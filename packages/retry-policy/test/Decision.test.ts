import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Schema } from "effect"
import {
  type Attempt,
  decide,
  type Decision,
  defaultRetryPolicy,
  type Outcome,
} from "@lead-gateway/retry-policy"

const now = Date.UTC(2026, 0, 21, 10, 35, 0)

const after = (outcome: Outcome, rest: Partial<Attempt> = {}): Decision =>
  decide({ policy: defaultRetryPolicy, attempt: 1, now, outcome, ...rest })

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
      return `retry after ${Duration.toSeconds(decision.delay)} s`
  }
}

const delayMs = (decision: Decision): number =>
  decision._tag === "RetryAfter" ? Duration.toMillis(decision.delay) : assert.fail(inWords(decision))

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

  it("follows the policy's numbers, in any form a duration may have", () => {
    const policy = {
      ...defaultRetryPolicy,
      maxAttempts: 3,
      backoffBase: 1500,
      factor: 3,
      retryAfterCap: "1 minute",
    } as const
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
    ["a fraction", "120.5", "retry after 30 s"],
    ["a negative number", "-120", "retry after 30 s"],
    ["two values", "120, 240", "retry after 30 s"],
    ["digits of another script", "١٢٠", "retry after 30 s"],
    ["nothing", "", "retry after 30 s"],
    ["nonsense", "soon", "retry after 30 s"],
  ])("is read as %s", (_name, header, expected) => {
    assert.strictEqual(inWords(after(answered(429, header))), expected)
    assert.strictEqual(inWords(after(answered(503, header))), expected)
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

  it("is compared with a DateTime as with its milliseconds", () => {
    const outcome = answered(503, "Wed, 21 Jan 2026 10:40:00 GMT")
    assert.deepStrictEqual(after(outcome, { now: DateTime.makeUnsafe(now) }), after(outcome))
  })

  it("has a two-digit year within the next 50 years, at any turn of a century", () => {
    const in2099 = Date.UTC(2099, 11, 31, 23, 59, 0)
    const outcome = answered(429, "Friday, 01-Jan-00 00:00:00 GMT")
    assert.strictEqual(inWords(after(outcome, { now: in2099 })), "retry after 60 s")
  })
})

describe("laws", () => {
  const Attempts = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))
  const policy = { ...defaultRetryPolicy, maxAttempts: 100 }
  const Jitter = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
  const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))
  const day = 24 * 3600 * 1000

  it.prop("every integer is a status with a decision", [Schema.Int], ([status]) => {
    const expected =
      status >= 200 && status <= 299
        ? "Delivered"
        : status >= 300 && status <= 499 && status !== 429
          ? "GiveUp"
          : "RetryAfter"
    assert.strictEqual(after(answered(status))._tag, expected)
  })

  it("so has every status that HTTP can carry", () => {
    for (let status = -1; status <= 1000; status++) {
      const decision = inWords(after(answered(status)))
      assert.match(decision, /^(delivered|CUSTOMER_REFUSED|retry after 30 s)$/)
    }
  })

  it.prop("a later attempt never waits less, and none longer than the cap", [Attempts], ([attempt]) => {
    const wait = delayMs(after(timedOut, { policy, attempt }))
    assert.isAtLeast(delayMs(after(timedOut, { policy, attempt: attempt + 1 })), wait)
    assert.isAtMost(wait, Duration.toMillis(policy.backoffCap))
  })

  it.prop("jitter lengthens the backoff, at most to its double", [Attempts, Jitter], ([attempt, jitter]) => {
    const backoff = delayMs(after(timedOut, { policy, attempt }))
    const wait = delayMs(after(timedOut, { policy, attempt, jitter }))
    assert.isAtLeast(wait, backoff)
    assert.isAtMost(wait, 2 * backoff)
    assert.approximately(wait, backoff * (1 + jitter), 1)
  })

  it("jitter out of bounds is brought back into them", () => {
    for (const jitter of [-1, Number.NEGATIVE_INFINITY, Number.NaN]) {
      assert.strictEqual(inWords(after(timedOut, { jitter })), "retry after 30 s")
    }
    assert.strictEqual(inWords(after(timedOut, { jitter: 7 })), "retry after 60 s")
  })

  it.prop(
    "Retry-After never shortens a wait, nor lengthens it beyond its cap",
    [Attempts, Schema.Union([Seconds, Schema.String])],
    ([attempt, value]) => {
      const backoff = delayMs(after(timedOut, { policy, attempt }))
      const wait = delayMs(after(answered(429, String(value)), { policy, attempt }))
      assert.isAtLeast(wait, backoff)
      assert.isAtMost(wait, Math.max(backoff, day))
      if (typeof value === "number") assert.isAtLeast(wait, Math.min(value * 1000, day))
    },
  )

  it.prop("an instant is the same in the three forms of a date", [Seconds, Seconds], ([start, ahead]) => {
    const time = now + start * 1000
    const forms = httpDatesOf(new Date(time + ahead * 1000))
    const waits = forms.map((form) => delayMs(after(answered(429, form), { now: time })))
    assert.deepStrictEqual(
      waits,
      forms.map(() => Math.max(30_000, Math.min(ahead * 1000, day))),
      forms.join("; "),
    )
  })

  it.prop(
    "gives the same decision for the same input",
    [Schema.Int, Attempts, Schema.String],
    ([status, attempt, header]) => {
      const input = { policy, attempt, now, outcome: answered(status, header) }
      assert.deepStrictEqual(decide(input), decide(input))
    },
  )
})

/** The three forms that RFC 9110 knows, written from the platform's own date. */
const httpDatesOf = (date: Date): ReadonlyArray<string> => {
  const fixdate = date.toUTCString()
  const [, weekday = "", day = "", month = "", year = "", time = ""] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(fixdate) ?? []
  const longWeekday = date.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" })
  return [
    fixdate,
    `${longWeekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
  ]
}
