import { assert, describe, it, onTestFinished, vi } from "@effect/vitest"
import { DataRefused, StoreUnavailable } from "@lead-gateway/lead-store"
import { Effect, Exit, Fiber } from "effect"
import { makeWriteHealth, noting, refusalOf } from "../src/WriteHealth.ts"

const operation = "LeadIntake.receive"
const failure = (sqlState?: string) => new StoreUnavailable({ operation, sqlState })

describe("what a failed write means for the next", () => {
  for (const [sqlState, refusal] of [
    ["53100", "disk full"],
    ["53300", "too many connections"],
    ["53200", "out of resources"],
    ["25006", "read only"],
    ["42501", "a right is missing"],
    ["42P01", "the schema does not fit"],
    ["42703", "the schema does not fit"],
    ["23514", "no partition for new leads"],
    ["28P01", "access refused"],
    ["3D000", "access refused"],
    ["58030", "disk error"],
    ["57P01", "connection lost"],
    ["57P03", "connection lost"],
    ["08006", "connection lost"],
    [undefined, "no answer"],
    // These concern one statement: another writer was in its way, or it took too long.
    ["40P01", undefined],
    ["40001", undefined],
    ["55P03", undefined],
    ["57014", undefined],
  ] as const) {
    it(`${sqlState ?? "no SQLSTATE"}: ${refusal ?? "nothing"}`, () => {
      assert.strictEqual(refusalOf(failure(sqlState)), refusal)
    })
  }

  it("nothing, if Postgres refuses a value", () => {
    assert.isUndefined(refusalOf(new DataRefused({ operation, sqlState: "22P02" })))
  })
})

describe("the health of writes", () => {
  it("is good until a write fails, and again when one succeeds", () => {
    const health = makeWriteHealth()
    assert.isUndefined(health.refusal())
    health.note(Exit.fail(failure("53100")))
    assert.strictEqual(health.refusal(), "disk full")
    health.note(Exit.fail(failure("40P01")))
    assert.strictEqual(health.refusal(), "disk full")
    health.note(Exit.fail(failure()))
    assert.strictEqual(health.refusal(), "no answer")
    health.note(Exit.succeed([]))
    assert.isUndefined(health.refusal())
  })

  it("suffers from errors of Postgres that nobody expects, and not from an interrupted write", () => {
    const health = makeWriteHealth()
    health.note(Exit.interrupt(1))
    assert.isUndefined(health.refusal())
    health.note(Exit.die(new Error("SQLSTATE XX000")))
    assert.strictEqual(health.refusal(), "internal error")
  })

  it.effect("is noted of each run, and wakes who waits for a refusal", () =>
    Effect.gen(function* () {
      const health = makeWriteHealth()
      const waiting = yield* Effect.forkChild(health.refused, { startImmediately: true })
      const noted = noting(health)
      yield* noted(Effect.void)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Effect.exit(noted(Effect.fail(failure("25006"))))
      yield* Fiber.join(waiting)
      yield* noted(Effect.void)
      assert.isUndefined(health.refusal())
    }),
  )

  it("has the time of the newest write, or of one that takes longer already, for a minute", () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    onTestFinished(() => void vi.useRealTimers())
    const health = makeWriteHealth()
    assert.isUndefined(health.latencyMs())
    const slow = health.begin()
    vi.advanceTimersByTime(400)
    const quick = health.begin()
    vi.advanceTimersByTime(5)
    quick()
    assert.strictEqual(health.latencyMs(), 405)
    slow()
    assert.strictEqual(health.latencyMs(), 405)
    health.begin()()
    assert.strictEqual(health.latencyMs(), 0)
    vi.advanceTimersByTime(60_000)
    assert.isUndefined(health.latencyMs())
  })
})
