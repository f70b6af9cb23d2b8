import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeResponsiveClock } from "../../src/internal/responsiveClock.ts"

describe("a responsive clock", () => {
  it("counts time by punctual ticks, and a late one as one", () => {
    const clock = makeResponsiveClock(100, 1000)
    for (const now of [1100, 1200, 1250]) clock.tick(now)
    assert.strictEqual(clock.now(), 250)
    // Suspended for a minute.
    clock.tick(61_250)
    assert.strictEqual(clock.now(), 350)
  })

  it.prop(
    "never runs backwards, nor by more than a tick at once",
    [Schema.Array(Schema.Finite)],
    ([times]) => {
      const clock = makeResponsiveClock(100, 0)
      for (const time of times) {
        const before = clock.now()
        clock.tick(time)
        assert.isTrue(clock.now() >= before && clock.now() <= before + 100)
      }
    },
  )
})
