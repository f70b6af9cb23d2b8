import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type Attempt, decide, type Decision, type Outcome } from "@lead-gateway/retry-policy"
import { policyOf } from "./support/policy.ts"

const nowMs = Date.UTC(2026, 0, 21, 10, 35, 0)
const day = 24 * 3600 * 1000

const policy = policyOf({ max_attempts: 100 })

const answered = (status: number, retryAfter?: string): Outcome => ({ _tag: "Answered", status, retryAfter })
const timedOut: Outcome = { _tag: "TimedOut" }

const after = (outcome: Outcome, rest: Partial<Attempt> = {}): Decision =>
  decide({ policy, attempt: 1, nowMs, outcome, ...rest })

const delayMs = (decision: Decision): number =>
  decision._tag === "RetryAfter" ? decision.delayMs : assert.fail(decision._tag)

const Attempts = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))
const Random = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))
const Jitter = Schema.Literals(["none", "full", "equal"])

const spread = {
  none: policy,
  full: policyOf({ max_attempts: 100, jitter: "full" }),
  equal: policyOf({ max_attempts: 100, jitter: "equal" }),
}

/** Any outcome that types allow, and what JavaScript passes where there are none. */
const AnyOutcome = Schema.Union([
  Schema.Struct({
    _tag: Schema.Literal("Answered"),
    status: Schema.Number,
    retryAfter: Schema.optional(Schema.String),
  }),
  Schema.Struct({ _tag: Schema.Literal("Unreachable"), kind: Schema.String }),
  Schema.Struct({ _tag: Schema.Literals(["TimedOut", "NotSent", "OutcomeUnknown"]) }),
])

describe("decide", () => {
  it.prop("has a decision for every integer as a status", [Schema.Int], ([status]) => {
    const expected =
      status >= 200 && status <= 299
        ? "Delivered"
        : status >= 300 && status <= 499 && status !== 429
          ? "GiveUp"
          : "RetryAfter"
    assert.strictEqual(after(answered(status))._tag, expected)
  })

  it("has one for every status that HTTP can carry", () => {
    for (let status = -1; status <= 1000; status++) {
      const expected =
        status >= 200 && status <= 299
          ? { _tag: "Delivered" }
          : status >= 300 && status <= 499 && status !== 429
            ? { _tag: "GiveUp", reason: "CUSTOMER_REFUSED" }
            : { _tag: "RetryAfter", delayMs: 30_000 }
      assert.deepStrictEqual<unknown>(after(answered(status)), expected, `${status}`)
    }
  })

  it.prop(
    "is total: any numbers and texts give a decision, and a delay is a whole number from 0",
    [AnyOutcome, Schema.Number, Schema.Number, Schema.Number, Schema.Number, Jitter],
    ([outcome, attempt, nowMs, random, ageMs, jitter]) => {
      const decision = decide({ policy: spread[jitter], attempt, outcome, nowMs, random, ageMs })
      if (decision._tag === "RetryAfter") {
        assert.isTrue(Number.isSafeInteger(decision.delayMs), `${decision.delayMs}`)
        assert.isAtLeast(decision.delayMs, 0)
      } else assert.match(decision._tag, /^(Delivered|GiveUp)$/)
    },
  )

  it("takes what is no outcome for one that is unknown, and a header that is no text for none", () => {
    for (const odd of [{ _tag: "Lost" }, {}, null, undefined] as ReadonlyArray<unknown>) {
      assert.strictEqual(delayMs(after(odd as Outcome)), 30_000)
      const last = after(odd as Outcome, { attempt: 100 })
      assert.deepStrictEqual<unknown>(last, { _tag: "GiveUp", reason: "DELIVERY_OUTCOME_UNKNOWN" })
    }
    for (const retryAfter of [120, ["120"], null, {}] as ReadonlyArray<unknown>) {
      assert.strictEqual(delayMs(after({ _tag: "Answered", status: 429, retryAfter } as Outcome)), 30_000)
    }
    for (const nowMs of [NaN, Infinity, -Infinity, 1e300]) {
      const wait = delayMs(after(answered(429, "Sunday, 06-Nov-94 08:49:37 GMT"), { nowMs }))
      assert.isTrue(wait === 30_000 || wait === day, `${nowMs}: ${wait}`)
    }
  })

  it.prop("never waits less for a later attempt, and never longer than the cap", [Attempts], ([attempt]) => {
    const wait = delayMs(after(timedOut, { attempt }))
    assert.isAtLeast(delayMs(after(timedOut, { attempt: attempt + 1 })), wait)
    assert.isAtMost(wait, 30 * day)
  })

  it.prop(
    "keeps jitter within its bounds, and in the order of chance",
    [Attempts, Random, Random],
    ([attempt, one, other]) => {
      const backoff = delayMs(after(timedOut, { attempt }))
      for (const [jitter, least] of [
        ["full", 0],
        ["equal", backoff / 2],
      ] as const) {
        const wait = (random: number) => delayMs(after(timedOut, { policy: spread[jitter], attempt, random }))
        assert.isAtLeast(wait(one), least)
        assert.isAtMost(wait(one), backoff)
        assert.isAtMost(wait(Math.min(one, other)), wait(Math.max(one, other)))
        assert.approximately(wait(one), least + (backoff - least) * one, 1)
      }
    },
  )

  it.prop(
    "never waits less for a Retry-After, nor longer than its cap, whatever jitter does",
    [Attempts, Schema.Union([Seconds, Schema.String]), Jitter, Random],
    ([attempt, value, jitter, random]) => {
      const rest = { policy: spread[jitter], attempt, random }
      const backoff = delayMs(after(timedOut, rest))
      const wait = delayMs(after(answered(429, String(value)), rest))
      assert.isAtLeast(wait, backoff)
      assert.isAtMost(wait, Math.max(backoff, day))
      if (typeof value === "number") assert.isAtLeast(wait, Math.min(value * 1000, day))
    },
  )

  it.prop(
    "waits the same for an instant in the three forms of a date",
    [Seconds, Seconds],
    ([start, ahead]) => {
      const time = nowMs + start * 1000
      const forms = httpDatesOf(new Date(time + ahead * 1000))
      const waits = forms.map((form) => delayMs(after(answered(429, form), { nowMs: time })))
      assert.deepStrictEqual(
        waits,
        forms.map(() => Math.max(30_000, Math.min(ahead * 1000, day))),
        forms.join("; "),
      )
    },
  )

  it.prop(
    "gives up exactly when the next attempt would begin after max_age",
    [Attempts, Seconds, Seconds],
    ([attempt, age, limit]) => {
      const limited = policyOf({ max_attempts: 100, max_age: `${30 + limit}s` })
      const unlimited = delayMs(after(timedOut, { attempt }))
      const decision = after(timedOut, { policy: limited, attempt, ageMs: age * 1000 })
      assert.strictEqual(decision._tag === "GiveUp", age * 1000 + unlimited > (30 + limit) * 1000)
    },
  )

  it.prop(
    "gives the same decision for the same input",
    [AnyOutcome, Attempts, Random, Jitter],
    ([outcome, attempt, random, jitter]) => {
      const input = { policy: spread[jitter], attempt, nowMs, outcome, random }
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
