import { assert, describe, it } from "@effect/vitest"
import { shareFor } from "@lead-gateway/runtime"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** A question that takes a second, and how often it was asked; the answer is that number. */
const question = () => {
  const asked = { times: 0 }
  const ask = Effect.delay(
    Effect.sync(() => asked.times),
    "1 second",
  ).pipe(Effect.tap(() => Effect.void))
  return { asked, ask: Effect.suspend(() => (asked.times++, ask)) }
}

describe("shareFor", () => {
  it.effect("runs an effect once for all who ask meanwhile, and for a while afterwards", () =>
    Effect.gen(function* () {
      const { ask, asked } = question()
      const shared = yield* shareFor(Duration.seconds(5))(ask)
      const many = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 100 }, () => shared),
          { concurrency: "unbounded" },
        ),
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        yield* Fiber.join(many),
        Array.from({ length: 100 }, () => 1),
      )
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* shared, 1)
      yield* TestClock.adjust("1 second")
      const next = yield* Effect.forkChild(shared)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(next), 2)
      assert.strictEqual(asked.times, 2)
    }),
  )

  it.effect("keeps no failure", () =>
    Effect.gen(function* () {
      let times = 0
      const shared = yield* shareFor(Duration.seconds(5))(
        Effect.suspend(() => (++times === 1 ? Effect.fail("away") : Effect.succeed(times))),
      )
      assert.strictEqual(yield* Effect.flip(shared), "away")
      assert.strictEqual(yield* shared, 2)
      assert.strictEqual(yield* shared, 2)
    }),
  )

  it.effect("goes on for the others when the first who asked goes", () =>
    Effect.gen(function* () {
      const { ask, asked } = question()
      const shared = yield* shareFor(Duration.seconds(5))(ask)
      const first = yield* Effect.forkChild(shared)
      const second = yield* Effect.forkChild(shared)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* Fiber.join(second), 1)
      assert.strictEqual(asked.times, 1)
    }),
  )

  it.effect("shares nothing for zero time", () =>
    Effect.gen(function* () {
      const { ask, asked } = question()
      const shared = yield* shareFor(Duration.zero)(ask)
      const many = yield* Effect.forkChild(Effect.all([shared, shared], { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(many)
      assert.strictEqual(asked.times, 2)
    }),
  )
})
