import { assert, describe, it } from "@effect/vitest"
import {
  classify,
  compilePolicyOrThrow,
  decide,
  defaultRetryPolicy,
  type Outcome,
  printSchedule,
} from "@lead-gateway/retry-policy"
import { answer } from "./support/answer.ts"
import { shipped, shippedText } from "./support/shipped.ts"

describe("config/retry_policy.default.json", () => {
  it("is the default policy", () => {
    const { $schema, ...policy } = JSON.parse(shippedText("default")) as Record<string, unknown>
    assert.strictEqual($schema, "../packages/retry-policy/retry-policy.schema.json")
    assert.deepStrictEqual<unknown>(policy, defaultRetryPolicy)
  })

  it("says no more than what a policy without rows means", () => {
    const { backoff, max_attempts = 5 } = defaultRetryPolicy
    const bare = compilePolicyOrThrow({ backoff, max_attempts })
    const whole = shipped("default")
    const others = ["TimedOut", "NotSent", "AddressRefused", "OutcomeUnknown"].map(
      (_tag) => ({ _tag }) as Outcome,
    )
    const kinds = ["dns", "reset", "unsendable", "ECONNRESET"].map((kind): Outcome => ({
      _tag: "Unreachable",
      kind,
    }))
    const answers = Array.from({ length: 1100 }, (_, status) => answer(status, { retryAfter: "5" }))
    for (const outcome of [...answers, ...others, ...kinds]) {
      for (const before of ["unseen", undefined] as const) {
        assert.deepStrictEqual(
          classify(whole, outcome, before),
          classify(bare, outcome, before),
          JSON.stringify(outcome),
        )
      }
    }
  })
})

describe("config/retry_policy.tolerant.json", () => {
  it("keeps a lead for seven days, an attempt an hour", () => {
    assert.deepStrictEqual(printSchedule(shipped("tolerant")).split("\n").slice(-8), [
      "      9  1h     2h 3m 30s",
      "     10  1h     3h 3m 30s",
      "      …",
      "    174  1h     6d 23h 3m 30s",
      "",
      "174 attempts, the last one 6d 23h 3m 30s after the first, plus the time that attempts take.",
      "None starts later than 7d after the first.",
      "A Retry-After puts an attempt off by up to 1d.",
    ])
  })

  it("keeps leads waiting whose customer answers 401, 403, 404 or 410, until the age is reached", () => {
    const policy = shipped("tolerant")
    for (const status of [401, 403, 404, 410]) {
      const after = (attempt: number, ageMs: number) =>
        decide({ policy, attempt, outcome: answer(status), nowMs: 0, ageMs })
      assert.deepStrictEqual(after(5, 450_000), { _tag: "RetryAfter", delayMs: 480_000 })
      assert.deepStrictEqual(after(100, 3 * 86_400_000), { _tag: "RetryAfter", delayMs: 3_600_000 })
      assert.deepStrictEqual(after(100, 7 * 86_400_000), { _tag: "GiveUp", reason: "RETRIES_EXHAUSTED" })
    }
  })
})
