import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { vi } from "vitest"
import { watchPace } from "../src/Slots.ts"

const paceAfter = (answersIn200Ms: number) =>
  Effect.gen(function* () {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
    yield* Effect.addFinalizer(() => Effect.sync(() => vi.useRealTimers()))
    let answers = 1000
    const { claiming, opening } = yield* watchPace(() => answers)
    vi.advanceTimersByTime(200)
    answers += answersIn200Ms
    vi.advanceTimersByTime(200)
    return { claiming: claiming(), opening: opening() }
  }).pipe(Effect.scoped)

describe("the pace of customers", () => {
  it.effect.each([
    [0, { claiming: 0, opening: 0 }],
    [9, { claiming: 9, opening: 0 }],
    [240, { claiming: 240, opening: 12 }],
    [5000, { claiming: 250, opening: 100 }],
  ] as const)("%i answers in 200 ms allow %o ahead of free slots", ([answers, ahead]) =>
    Effect.map(paceAfter(answers), (pace) => assert.deepStrictEqual(pace, ahead)),
  )
})
