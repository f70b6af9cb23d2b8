import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeSenderRate, networkOf } from "../src/SenderRate.ts"

describe("a rate of senders", () => {
  it("allows its count at once, then one for each interval", () => {
    const rate = makeSenderRate({ count: 4, perMs: 1000 })
    const waits = Array.from({ length: 6 }, () => rate.waitMs("a", 0))
    assert.deepStrictEqual(waits, [0, 0, 0, 0, 250, 250])
    assert.strictEqual(rate.waitMs("a", 249), 1)
    assert.strictEqual(rate.waitMs("a", 250), 0)
    assert.strictEqual(rate.waitMs("a", 250), 250)
    assert.strictEqual(rate.waitMs("b", 250), 0)
  })

  it.prop(
    "never allows more than its count and the refill, nor refuses who stays below",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
      Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 }))),
    ],
    ([count, gaps]) => {
      const perMs = 1000
      const rate = makeSenderRate({ count, perMs })
      let now = 0
      let tokens = count
      for (const gap of gaps) {
        now += gap
        tokens = Math.min(count, tokens + (gap * count) / perMs)
        const allowed = rate.waitMs("a", now) === 0
        // Where rounding decides, the token bucket says nothing.
        if (Math.abs(tokens - 1) > 1e-6) assert.strictEqual(allowed, tokens >= 1)
        if (allowed) tokens -= 1
      }
    },
  )

  it("does what it says it will: after the wait the sender is let in", () => {
    const rate = makeSenderRate({ count: 7, perMs: 1000 })
    let now = 0
    const afterWaits = Array.from({ length: 100 }, () => {
      const waitMs = rate.waitMs("a", now)
      now += waitMs
      return waitMs === 0 ? 0 : rate.waitMs("a", now)
    })
    assert.isTrue(afterWaits.every((waitMs) => waitMs === 0))
    // All but the first seven had to wait, an interval each.
    assert.approximately(now, (93 * 1000) / 7, 1)
  })

  it("says how long a sender would wait without counting it", () => {
    const rate = makeSenderRate({ count: 1, perMs: 1000 })
    assert.deepStrictEqual([rate.peekMs("a", 0), rate.peekMs("a", 0)], [0, 0])
    assert.strictEqual(rate.size(), 0)
    assert.strictEqual(rate.waitMs("a", 0), 0)
    assert.deepStrictEqual([rate.peekMs("a", 400), rate.waitMs("a", 400)], [600, 600])
  })

  it("forgets addresses that are quiet, and keeps a bounded number of those of a flood", () => {
    const rate = makeSenderRate({ count: 1, perMs: 1000 }, 1000)
    for (let i = 0; i < 10_000; i++) rate.waitMs(`10.0.${i >> 8}.${i & 255}`, 0)
    assert.isAtMost(rate.size(), 2000)
    rate.waitMs("a", 1000)
    rate.waitMs("a", 3000)
    assert.strictEqual(rate.size(), 1 + 1)
  })
})

describe("a sender", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["unknown", "unknown"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8:0:0:ffff::", "2001:db8:0:0"],
    ["2001:0DB8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["1::", "1:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0"],
    ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4"],
  ])("with the address %s has %s", (address, network) => {
    assert.strictEqual(networkOf(address), network)
  })
})
