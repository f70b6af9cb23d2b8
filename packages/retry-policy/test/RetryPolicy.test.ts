import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"
import { decide, defaultRetryPolicy, schedule } from "@lead-gateway/retry-policy"

const seconds = (waits: ReadonlyArray<Duration.Duration>) => waits.map(Duration.toSeconds)

describe("schedule", () => {
  it("is 0, 30, 60, 120, 240 s by default", () => {
    assert.deepStrictEqual(seconds(schedule(defaultRetryPolicy)), [0, 30, 60, 120, 240])
  })

  it("has one wait per attempt", () => {
    assert.deepStrictEqual(seconds(schedule({ ...defaultRetryPolicy, maxAttempts: 1 })), [0])
    assert.deepStrictEqual(
      seconds(schedule({ ...defaultRetryPolicy, factor: 1, maxAttempts: 4 })),
      [0, 30, 30, 30],
    )
  })

  it("stops growing at the cap", () => {
    const waits = schedule({ ...defaultRetryPolicy, maxAttempts: 2000, backoffCap: "100 seconds" })
    assert.deepStrictEqual(seconds(waits.slice(0, 6)), [0, 30, 60, 100, 100, 100])
    assert.strictEqual(Duration.toSeconds(waits.at(-1) ?? Duration.zero), 100)
  })

  it("has whole milliseconds", () => {
    const waits = schedule({ ...defaultRetryPolicy, backoffBase: 1, factor: 1.5, maxAttempts: 5 })
    assert.deepStrictEqual(waits.map(Duration.toMillis), [0, 1, 2, 3, 4])
  })

  it.prop(
    "is what decide does, attempt by attempt",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
      Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
    ],
    ([maxAttempts, backoffBase, factor]) => {
      const policy = { ...defaultRetryPolicy, maxAttempts, backoffBase, factor }
      const decided = Array.from({ length: maxAttempts }, (_, index) =>
        decide({ policy, attempt: index + 1, outcome: { _tag: "TimedOut" }, now: 0 }),
      )
      assert.deepStrictEqual(decided, [
        ...schedule(policy)
          .slice(1)
          .map((delay) => ({ _tag: "RetryAfter" as const, delay })),
        { _tag: "GiveUp", reason: "RETRIES_EXHAUSTED" },
      ])
    },
  )
})
