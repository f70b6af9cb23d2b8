import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  compilePolicy,
  type CompiledRetryPolicy,
  decide,
  printSchedule,
  type RetryPolicy,
  schedule,
} from "@lead-gateway/retry-policy"
import { exponential, policyOf } from "./support/policy.ts"

const seconds = (policy: CompiledRetryPolicy) => schedule(policy).map(({ waitMs }) => waitMs / 1000)

const linear = (base: string, step: string): RetryPolicy["backoff"] => ({ kind: "linear", base, step })

describe("schedule", () => {
  it("is 0, 30, 60, 120, 240 s by default", () => {
    assert.deepStrictEqual(seconds(policyOf()), [0, 30, 60, 120, 240])
  })

  it("multiplies, adds, or follows a list", () => {
    const max_attempts = 5
    assert.deepStrictEqual(
      seconds(policyOf({ max_attempts, backoff: exponential(1000, 3) })),
      [0, 1, 3, 9, 27],
    )
    assert.deepStrictEqual(
      seconds(policyOf({ max_attempts, backoff: linear("10s", "5s") })),
      [0, 10, 15, 20, 25],
    )
    const backoff = { kind: "fixed", waits: ["10s", "1m", "0s", "10m"] } as const
    assert.deepStrictEqual(seconds(policyOf({ max_attempts, backoff })), [0, 10, 60, 0, 600])
  })

  it("has one wait per attempt", () => {
    assert.deepStrictEqual(seconds(policyOf({ max_attempts: 1 })), [0])
    assert.deepStrictEqual(
      seconds(policyOf({ max_attempts: 4, backoff: exponential(30_000, 1) })),
      [0, 30, 30, 30],
    )
  })

  it("repeats the last wait of a list, and ends with the list where nothing says how often", () => {
    const backoff = { kind: "fixed", waits: ["10s", "1m"] } as const
    assert.deepStrictEqual(seconds(policyOf({ max_attempts: 5, backoff })), [0, 10, 60, 60, 60])
    const compiled = compilePolicy({ backoff })
    assert(compiled._tag === "Success")
    assert.deepStrictEqual(seconds(compiled.success), [0, 10, 60])
  })

  it("stops growing at the cap", () => {
    const waits = seconds(policyOf({ max_attempts: 1000, cap: "100s" }))
    assert.deepStrictEqual(waits.slice(0, 6), [0, 30, 60, 100, 100, 100])
    assert.strictEqual(waits.at(-1), 100)
    assert.strictEqual(seconds(policyOf({ max_attempts: 1000 })).at(-1), 30 * 24 * 3600)
    assert.deepStrictEqual(
      seconds(policyOf({ cap: "40s", backoff: linear("30s", "6s") })),
      [0, 30, 36, 40, 40],
    )
  })

  it("has whole milliseconds", () => {
    const waits = schedule(policyOf({ backoff: exponential(1, 1.5) })).map(({ waitMs }) => waitMs)
    assert.deepStrictEqual(waits, [0, 1, 2, 3, 4])
  })

  it("says how early and how late jitter may be", () => {
    const at = (jitter: "full" | "equal") => schedule(policyOf({ jitter, max_attempts: 3 })).at(-1)
    const latest = { attempt: 3, waitMs: 60_000, latestWaitMs: 60_000, latestStartMs: 90_000 }
    assert.deepStrictEqual(at("full"), { ...latest, earliestWaitMs: 0, earliestStartMs: 0 })
    assert.deepStrictEqual(at("equal"), { ...latest, earliestWaitMs: 30_000, earliestStartMs: 45_000 })
  })

  it("leaves out what comes too late", () => {
    assert.deepStrictEqual(seconds(policyOf({ max_age: "90s" })), [0, 30, 60])
    assert.deepStrictEqual(seconds(policyOf({ max_age: "89s" })), [0, 30])
    const latest = schedule(policyOf({ max_age: "80s", jitter: "equal" })).at(-1)
    assert.deepInclude(latest, { attempt: 3, earliestStartMs: 45_000, latestStartMs: 80_000 })
  })
})

describe("a schedule", () => {
  const Attempts = Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 40 }))
  const Millis = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
  const Factor = Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 10 }))
  const Jitter = Schema.Literals(["none", "full", "equal"])
  const Growing = Schema.Union([
    Schema.Struct({ kind: Schema.Literal("exponential"), base: Millis, factor: Factor }),
    Schema.Struct({ kind: Schema.Literal("linear"), base: Millis, step: Millis }),
  ])
  const backoffOf = (growing: typeof Growing.Type): RetryPolicy["backoff"] =>
    growing.kind === "linear"
      ? linear(`${growing.base}ms`, `${growing.step}ms`)
      : exponential(growing.base, growing.factor)

  it.prop(
    "is what decide does, attempt by attempt, at both ends of chance",
    [Attempts, Growing, Jitter, Millis],
    ([max_attempts, growing, jitter, more]) => {
      const max_age = `${growing.base + more}ms`
      const policy = policyOf({ max_attempts, backoff: backoffOf(growing), jitter, max_age })
      const attempts = schedule(policy)
      for (const random of [0, 1]) {
        let ageMs = 0
        for (const [index, { attempt }] of attempts.entries()) {
          const decision = decide({ policy, attempt, outcome: { _tag: "TimedOut" }, nowMs: 0, random, ageMs })
          const next = attempts[index + 1]
          if (decision._tag !== "RetryAfter") {
            assert.deepStrictEqual(decision, { _tag: "GiveUp", reason: "RETRIES_EXHAUSTED" })
            // By the shortest waits every attempt of the schedule comes, by longer ones age may end it sooner.
            if (random === 0) assert.isUndefined(next)
            break
          }
          assert.strictEqual(decision.delayMs, random === 0 ? next?.earliestWaitMs : next?.latestWaitMs)
          ageMs += decision.delayMs
          if (random === 0) assert.strictEqual(ageMs, next?.earliestStartMs)
          else assert.isAtMost(ageMs, next?.latestStartMs ?? 0)
        }
      }
    },
  )

  it.prop("grows or stays, and is capped", [Attempts, Growing, Millis], ([max_attempts, growing, more]) => {
    const capMs = growing.base + more
    const waits = schedule(policyOf({ max_attempts, backoff: backoffOf(growing), cap: `${capMs}ms` }))
    assert.strictEqual(waits.length, max_attempts)
    for (const [index, { waitMs }] of waits.entries()) {
      assert.isAtLeast(waitMs, waits[index - 1]?.waitMs ?? 0)
      assert.isAtMost(waitMs, capMs)
    }
  })

  it.prop(
    "puts the earliest before the latest, and each attempt behind the one before",
    [Attempts, Growing, Jitter],
    ([max_attempts, growing, jitter]) => {
      const attempts = schedule(policyOf({ max_attempts, backoff: backoffOf(growing), jitter }))
      for (const [index, attempt] of attempts.entries()) {
        const before = attempts[index - 1] ?? { earliestStartMs: 0, latestStartMs: 0 }
        assert.isAtMost(attempt.earliestWaitMs, attempt.latestWaitMs)
        assert.strictEqual(attempt.latestWaitMs, attempt.waitMs)
        assert.strictEqual(attempt.earliestStartMs, before.earliestStartMs + attempt.earliestWaitMs)
        assert.strictEqual(attempt.latestStartMs, before.latestStartMs + attempt.latestWaitMs)
      }
    },
  )
})

describe("printSchedule", () => {
  const print = (changes?: Partial<RetryPolicy>) => printSchedule(policyOf(changes)).split("\n")

  it("is a table of attempts, and what limits them", () => {
    assert.deepStrictEqual(print(), [
      "attempt  waits  starts after",
      "      1  -      0s",
      "      2  30s    30s",
      "      3  1m     1m 30s",
      "      4  2m     3m 30s",
      "      5  4m     7m 30s",
      "",
      "5 attempts, the last one 7m 30s after the first, plus the time that attempts take.",
      "A Retry-After puts an attempt off by up to 1d.",
    ])
  })

  it("shows what jitter may do, and what comes too late", () => {
    const changes = {
      jitter: "equal",
      max_age: "80s",
      retry_after_cap: "0s",
      backoff: exponential(30_001),
    } as const
    assert.deepStrictEqual(print(changes), [
      "attempt  waits               starts after",
      "      1  -                   0s",
      "      2  15s 1ms to 30s 1ms  15s 1ms to 30s 1ms",
      "      3  30s 1ms to 1m 2ms   45s 2ms to 1m 20s",
      "",
      "3 attempts, the last one 45s 2ms to 1m 20s after the first, plus the time that attempts take.",
      "None starts later than 1m 20s after the first.",
      "2 more would start too late.",
      "Retry-After is ignored.",
    ])
  })

  it("leaves out the middle of many attempts with the same wait", () => {
    assert.deepStrictEqual(print({ max_attempts: 9, cap: "1m" }).slice(0, -3), [
      "attempt  waits  starts after",
      "      1  -      0s",
      "      2  30s    30s",
      "      3  1m     1m 30s",
      "      4  1m     2m 30s",
      "      …",
      "      9  1m     7m 30s",
    ])
  })

  it("has no last one where there is one alone", () => {
    assert.deepStrictEqual(print({ max_attempts: 1 }).slice(-2), [
      "1 attempt.",
      "A Retry-After puts an attempt off by up to 1d.",
    ])
  })
})
