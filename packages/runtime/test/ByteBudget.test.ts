import { assert, describe, it } from "@effect/vitest"
import { ByteBudget } from "@lead-gateway/runtime"
import { Schema } from "effect"
import { totalmem } from "node:os"

describe("a byte budget", () => {
  it("takes all of what is asked or nothing, up to its limit", () => {
    const budget = ByteBudget.make(100)
    assert.isTrue(budget.take(60))
    assert.isFalse(budget.take(41))
    assert.strictEqual(budget.held(), 60)
    assert.isTrue(budget.hasRoom(40))
    assert.isFalse(budget.hasRoom(41))
    assert.isTrue(budget.take(40))
    assert.isFalse(budget.take(1))
    budget.giveBack(100)
    assert.strictEqual(budget.held(), 0)
  })

  it.prop(
    "never holds more than its limit, and nothing once everything is given back",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 })))],
    ([sizes]) => {
      const budget = ByteBudget.make(500)
      const taken: Array<number> = []
      for (const size of sizes) {
        if (budget.take(size)) taken.push(size)
        assert.isAtMost(budget.held(), budget.limit)
      }
      for (const size of taken) budget.giveBack(size)
      assert.strictEqual(budget.held(), 0)
    },
  )

  it("has a default of at most a quarter of the memory there is", () => {
    assert.isAtMost(ByteBudget.memoryLimit(), totalmem())
    assert.isAtMost(ByteBudget.defaultLimit(), ByteBudget.memoryLimit() / 4)
    assert.isAtLeast(ByteBudget.defaultLimit(), 16 * 1024 ** 2)
  })
})
