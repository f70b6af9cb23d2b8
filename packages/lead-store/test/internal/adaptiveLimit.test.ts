import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { initialShare, leastShare, makeAdaptiveLimit, nextShare } from "../../src/internal/adaptiveLimit.ts"

const bounds = { maxItems: 10_000, maxSize: 1_000_000, targetMs: 100 }

/** Fills a limit with items of a size; how many it admitted. */
const fill = (limit: ReturnType<typeof makeAdaptiveLimit>, size: number) => {
  let admitted = 0
  while (limit.admit(size)) admitted++
  return admitted
}

/**
 * Offers more than a server takes that processes `perSecond`, for so many batches; how much the limit holds then. Every batch
 * takes two turns of the event loop more.
 */
const settle = (perSecond: number, batches: number, turnMs = 0, lagMs = turnMs) => {
  const limit = makeAdaptiveLimit(bounds)
  const line: Array<number> = []
  let now = 0
  for (let batch = 0; batch < batches; batch++) {
    while (limit.admit(1)) line.push(now)
    const taken = line.splice(0, 500)
    now += (taken.length / perSecond) * 1000 + 2 * turnMs
    limit.observe(taken[0] ?? 0, now, lagMs)
    for (const _ of taken) limit.release(1)
  }
  while (limit.admit(1)) line.push(now)
  return line.length
}

describe("an adaptive limit", () => {
  it("begins with a share of the maxima, in items and in size", () => {
    assert.strictEqual(fill(makeAdaptiveLimit(bounds), 1), bounds.maxItems * initialShare)
    assert.strictEqual(fill(makeAdaptiveLimit(bounds), 1000), (bounds.maxSize * initialShare) / 1000)
  })

  it("admits one item of any size when nothing else is held, and a small one beside those that fill it", () => {
    const limit = makeAdaptiveLimit(bounds)
    assert.isTrue(limit.admit(bounds.maxSize * 2))
    assert.isFalse(limit.admit(1))
    limit.release(bounds.maxSize * 2)
    fill(limit, 24_000)
    assert.deepStrictEqual([limit.isFull(24_000), limit.isFull(1000)], [true, false])
  })

  for (const perSecond of [2000, 8000, 40_000]) {
    it(`settles at what ${perSecond} a second processes in the target time`, () => {
      const held = settle(perSecond, 400)
      assert.isAtLeast(held, perSecond * 0.1 * 0.5)
      assert.isAtMost(held, perSecond * 0.1 * 1.5 + 500)
    })
  }

  it("does not take a busy event loop for a slow server", () => {
    const held = settle(8000, 400, 80)
    assert.isAtLeast(held, 8000 * 0.1 * 0.5)
    // As long as the target and two turns, of which the items wait for two statements.
    assert.isAtMost(held, 8000 * (0.1 + 0.16) * 1.5 + 500)
    // What it held without knowing of the turns.
    assert.isAtMost(settle(8000, 400, 80, 0), bounds.maxItems * leastShare)
  })

  it("looks at the event loop's turns when it was met or a batch was late", () => {
    const limit = makeAdaptiveLimit(bounds)
    assert.isFalse(limit.isStrained())
    limit.observe(0, 200, 1000)
    assert.strictEqual(fill(limit, 1), bounds.maxItems * initialShare * 0.5)
    limit.observe(200, 400, 50)
    assert.isTrue(limit.isFull(1))
    limit.observe(400, 800, 0)
    assert.isTrue(limit.isStrained())
    limit.observe(800, 850, 0)
    limit.observe(850, 900, 0)
    assert.isFalse(limit.isStrained())
  })

  it("changes once for all items that were submitted before the last change", () => {
    const limit = makeAdaptiveLimit(bounds)
    limit.observe(0, 1000, 0)
    const once = fill(limit, 1)
    for (let batch = 0; batch < 10; batch++) limit.observe(500, 1100, 0)
    assert.strictEqual(fill(limit, 1), 0)
    assert.strictEqual(once, bounds.maxItems * initialShare * 0.5)
  })

  it("returns to its first share by itself when the load has gone", () => {
    const limit = makeAdaptiveLimit(bounds)
    let now = 0
    for (let batch = 0; batch < 20; batch++) limit.observe(now, (now += 5000), 0)
    assert.strictEqual(fill(limit, 1), bounds.maxItems * leastShare)
    for (let item = 0; item < bounds.maxItems * leastShare; item++) limit.release(1)
    for (let batch = 0; batch < 40; batch++) limit.observe(now, (now += 3), 0)
    assert.isAtLeast(fill(limit, 1), bounds.maxItems * initialShare)
  })

  it.prop(
    "stays between its bounds, falls if batches are late, and never otherwise",
    [
      Schema.Finite.check(Schema.isBetween({ minimum: leastShare, maximum: 1 })),
      Schema.Boolean,
      Schema.Finite,
    ],
    ([share, wasMet, number]) => {
      const ratio = Math.abs(number) + 1e-9
      const next = nextShare({ share, wasMet, ratio })
      assert.isTrue(next >= leastShare && next <= 1)
      if (ratio < 1) assert.isTrue(next <= share)
      else assert.isTrue(next >= Math.min(share, 1))
      assert.isTrue(next <= share * 1.25 + 1e-12 && next >= Math.min(share * 0.5, share))
    },
  )
})
