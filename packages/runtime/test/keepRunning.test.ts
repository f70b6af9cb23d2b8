import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { keepRunning } from "../src/keepRunning.ts"
import { entriesOf } from "./memorySink.ts"

describe("a loop in the background", () => {
  it.effect("begins again a second after a defect, which is logged without what it quotes", () =>
    Effect.gen(function* () {
      const began: Array<number> = []
      const body = Effect.gen(function* () {
        began.push(began.length + 1)
        if (began.length <= 2) throw new TypeError("no lead of erika@privat.example")
        return yield* Effect.sleep("1 hour")
      })
      const entries = yield* entriesOf(
        Effect.gen(function* () {
          yield* Effect.forkScoped(keepRunning("counting leads", body))
          yield* TestClock.adjust("999 millis")
          assert.lengthOf(began, 1)
          yield* TestClock.adjust("1 millis")
          assert.lengthOf(began, 2)
          yield* TestClock.adjust("1 minute")
          assert.lengthOf(began, 3)
        }),
      )
      assert.deepStrictEqual(
        entries.map(({ level, message }) => [level, message]),
        [1, 2].map(() => ["error", "counting leads failed, and begins again"]),
      )
      for (const { error } of entries) {
        assert.match(String(error), /^defect TypeError at /)
        assert.notInclude(String(error), "erika")
      }
    }),
  )

  it.effect("repeats its body, and ends in silence when it is interrupted", () =>
    Effect.gen(function* () {
      let count = 0
      const body = Effect.andThen(
        Effect.sync(() => count++),
        Effect.sleep("1 second"),
      )
      const entries = yield* entriesOf(
        Effect.gen(function* () {
          yield* Effect.forkScoped(keepRunning("counting leads", body))
          yield* TestClock.adjust("2500 millis")
        }),
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(count, 3)
      assert.deepStrictEqual(entries, [])
    }),
  )
})
