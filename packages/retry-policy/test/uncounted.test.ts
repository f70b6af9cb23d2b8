import { assert, describe, it } from "@effect/vitest"
import { compilePolicyOrThrow, decide, defaultRetryPolicy, type Outcome } from "@lead-gateway/retry-policy"

const policy = compilePolicyOrThrow({ ...defaultRetryPolicy, max_age: "1h" })
const answer = (status: number): Outcome => ({ _tag: "Answered", status })

describe("an attempt that does not count, such as a probe of an open circuit", () => {
  it.each<[why: string, outcome: Outcome, attempt: number, ageMs: number]>([
    ["is refused", answer(401), 1, 0],
    ["comes after the last attempt", answer(500), 5, 0],
    ["comes after more attempts than there are", { _tag: "TimedOut" }, 9, 0],
    ["is too old for another", answer(500), 1, 3_600_000],
  ])("never ends its lead when it %s", (_, outcome, attempt, ageMs) => {
    const input = { policy, outcome, attempt, ageMs, nowMs: 0 }
    assert.strictEqual(decide({ ...input, counted: false })._tag, "RetryAfter")
    assert.strictEqual(decide(input)._tag, "GiveUp")
  })

  it("delivers its lead when the customer takes it", () => {
    const input = { policy, outcome: answer(200), attempt: 9, nowMs: 0 }
    assert.strictEqual(decide({ ...input, counted: false })._tag, "Delivered")
  })

  it("waits as long as the policy says, and from the last attempt on one step of the backoff more", () => {
    const waits = [1, 4, 5, 9].map((attempt) =>
      decide({ policy, outcome: answer(401), attempt, nowMs: 0, counted: false }),
    )
    assert.deepStrictEqual(
      waits,
      [30_000, 240_000, 480_000, 480_000].map((delayMs) => ({ _tag: "RetryAfter", delayMs })),
    )
  })
})
