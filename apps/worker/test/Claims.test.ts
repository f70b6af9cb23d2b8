import { assert, describe, it } from "@effect/vitest"
import type { ClaimedWork, ClaimOptions } from "@lead-gateway/lead-store"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeClaims } from "../src/Claims.ts"
import { undecided } from "./support/claimed.ts"

/** Claims with a store that has suspects, and a producer that wants one more piece of work whenever it is asked. */
const makeWorld = Effect.fnUntraced(function* (suspects: Array<ClaimedWork>) {
  const log: Array<string> = []
  const held = new Set<ClaimedWork>()
  const decided = new Set<ClaimedWork>()
  const claims = yield* makeClaims({
    work: {
      claim: ({ alone }: ClaimOptions) =>
        Effect.sync(() => {
          const claimed = alone === true ? suspects.splice(0, 1) : [undecided(9)]
          log.push(`${alone === true ? "alone" : "others"} ${claimed.length} beside ${held.size}`)
          return claimed
        }),
    },
    producer: {
      next: Effect.as(Effect.sleep("100 millis"), { ids: undefined, max: 1 }),
      claimed: () => undefined,
      failed: () => void log.push("failed"),
    },
    deliveries: {
      begin: (work) => work.forEach((one) => held.add(one)),
      held: () => held.size,
      undecided: () => held.difference(decided).size,
    },
    concurrency: 3,
    lease: Duration.seconds(45),
  })
  return { claims, decided, held, log }
})

describe("claims", () => {
  it.effect("work on suspects one by one, when nothing else is held", () =>
    Effect.gen(function* () {
      const { claims, held, log } = yield* makeWorld([undecided(1), undecided(2)])
      const earlier = undecided(8)
      held.add(earlier)
      claims.noteSuspect()
      yield* Effect.forkChild(claims.suspects)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, [])
      held.clear()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["alone 1 beside 0"])
      held.clear()
      yield* TestClock.adjust("1 second")
      held.clear()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["alone 1 beside 0", "alone 1 beside 0", "alone 0 beside 0"])
    }),
  )

  it.effect("wait for the decision of a suspect, not for its exchange, while there are free slots", () =>
    Effect.gen(function* () {
      const { claims, decided, held, log } = yield* makeWorld([1, 2, 3, 4].map((id) => undecided(id)))
      claims.noteSuspect()
      yield* Effect.forkChild(claims.suspects)
      for (let i = 0; i < 4; i++) {
        yield* TestClock.adjust("100 millis")
        for (const work of held) decided.add(work)
      }
      assert.deepStrictEqual(log, ["alone 1 beside 0", "alone 1 beside 1", "alone 1 beside 2"])
    }),
  )

  it.effect("claim nothing else meanwhile, and go on after it", () =>
    Effect.gen(function* () {
      const { claims, held, log } = yield* makeWorld([undecided(1)])
      claims.noteSuspect()
      yield* Effect.forkChild(claims.suspects)
      yield* TestClock.adjust("1 milli")
      yield* Effect.forkChild(Effect.forever(claims.next))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(log, ["alone 1 beside 0"])
      held.clear()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log.slice(0, 3), ["alone 1 beside 0", "alone 0 beside 0", "others 1 beside 0"])
    }),
  )

  it.effect("wait no longer than 5 s for what is held, and for a suspect", () =>
    Effect.gen(function* () {
      const { claims, held, log } = yield* makeWorld([undecided(1), undecided(2)])
      held.add(undecided(8))
      claims.noteSuspect()
      yield* Effect.forkChild(Effect.forever(claims.suspects))
      yield* TestClock.adjust("4900 millis")
      yield* Effect.forkChild(Effect.forever(claims.next))
      yield* TestClock.adjust("4900 millis")
      assert.deepStrictEqual(log, ["alone 1 beside 1"])
      yield* TestClock.adjust("1 second")
      assert.isTrue(log.slice(1).every((line) => line.startsWith("others 1")))
      assert.isAbove(log.length, 3)
    }),
  )

  it.effect("give back what they want when they are stopped while a lead is worked on alone", () =>
    Effect.gen(function* () {
      const { claims, held, log } = yield* makeWorld([undecided(1)])
      held.add(undecided(8))
      claims.noteSuspect()
      yield* Effect.forkChild(claims.suspects)
      yield* TestClock.adjust("1 milli")
      const next = yield* Effect.forkChild(claims.next)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(next)
      assert.deepStrictEqual(log, ["failed"])
    }),
  )
})
