import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { progressLine, type Screen, withProgress } from "../src/Progress.ts"

describe("progressLine", () => {
  it("shows the time, how many are done, and of how many where that is known", () => {
    assert.strictEqual(progressLine("counting leads", [], 12_900), "counting leads  12 s")
    assert.strictEqual(progressLine("reading leads", [1500], 3000), "reading leads  1,500  3 s")
    assert.strictEqual(
      progressLine("reading leads", [500, 1000], 3000),
      "reading leads  [##########----------] 500 of 1,000  3 s",
    )
    assert.include(progressLine("reading leads", [7, 5], 0), `[${"#".repeat(20)}] 7 of 5`)
  })
})

/** A screen that remembers what was drawn. */
const makeScreen = (columns = 80) => {
  const drawn: Array<string> = []
  const screen: Screen = { write: (text) => void drawn.push(text), columns }
  return { drawn, screen }
}

const wiped = "\r\u001b[2K"

describe("withProgress", () => {
  it.live("draws one line while work goes on, and wipes it when it is over", () =>
    Effect.gen(function* () {
      const { drawn, screen } = makeScreen(30)
      const result = yield* withProgress("reading a great many leads", screen, (progress) =>
        Effect.as(
          Effect.andThen(
            Effect.sync(() => progress(1, 2)),
            Effect.sleep(700),
          ),
          "done",
        ),
      )
      assert.deepStrictEqual([result, drawn], ["done", [`${wiped}reading a great many leads  [`, wiped]])
    }),
  )

  it.live("draws work that never pauses, too", () =>
    Effect.gen(function* () {
      const { drawn, screen } = makeScreen()
      yield* withProgress("deciding", screen, (progress) =>
        Effect.sync(() => {
          for (const end = performance.now() + 700; performance.now() < end;) progress(3)
        }),
      )
      assert.deepStrictEqual(drawn, [`${wiped}deciding  3  0 s`, wiped])
    }),
  )

  it.live("wipes its line when the work fails", () =>
    Effect.gen(function* () {
      const { drawn, screen } = makeScreen()
      assert.strictEqual(yield* Effect.flip(withProgress("deciding", screen, () => Effect.fail("no"))), "no")
      assert.deepStrictEqual(drawn, [wiped])
    }),
  )

  it.effect("draws nothing without a screen", () =>
    Effect.gen(function* () {
      const result = yield* withProgress("deciding", undefined, (progress) => Effect.sync(() => progress(1)))
      assert.isUndefined(result)
    }),
  )
})
