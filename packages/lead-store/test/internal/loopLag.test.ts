import { assert, describe, it } from "@effect/vitest"
import { makeLoopLag } from "../../src/internal/loopLag.ts"

describe("the lag of an event loop", () => {
  it("is the duration of the turn that was measured last; two measurements of one turn are one", () => {
    let now = 0
    const planned: Array<() => void> = []
    const lag = makeLoopLag({ now: () => now, afterTurn: (callback) => void planned.push(callback) })
    assert.strictEqual(lag.ms(), 0)
    for (const [index, took] of [80, 3].entries()) {
      lag.measure()
      lag.measure()
      assert.strictEqual(planned.length, index + 1)
      now += took
      planned[index]?.()
      assert.strictEqual(lag.ms(), took)
      now += 1000
    }
  })
})
