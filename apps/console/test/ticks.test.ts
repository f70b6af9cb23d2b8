import { assert, describe, it } from "vitest"
import { niceTicks } from "../web/ticks.ts"

describe("the ticks of an axis", () => {
  it("are round numbers up to the highest value or beyond", () => {
    assert.deepStrictEqual(niceTicks(730), [0, 200, 400, 600, 800])
    assert.deepStrictEqual(niceTicks(30), [0, 10, 20, 30])
    assert.deepStrictEqual(niceTicks(0.3), [0, 0.1, 0.2, 0.3])
    assert.deepStrictEqual(niceTicks(1), [0, 0.25, 0.5, 0.75, 1])
  })

  it("are there where nothing happened", () => {
    assert.deepStrictEqual(niceTicks(0), [0, 1])
  })

  it("are three to six, for every value", () => {
    for (let value = 0.001; value < 1e9; value *= 1.37) {
      const ticks = niceTicks(value)
      assert.isAtLeast(ticks.length, 3)
      assert.isAtMost(ticks.length, 6)
      assert.isAtLeast(ticks.at(-1) ?? 0, value)
    }
  })
})
