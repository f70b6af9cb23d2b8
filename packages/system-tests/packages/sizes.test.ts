import { assert, describe, it } from "vitest"
import { describeSizes, stillTrue } from "./sizes.ts"

const sizes = {
  own: 33_000,
  others: 9_960_000,
  effect: 56_200_000,
  bundle: 444_400,
  gzipped: 990,
  loaded: 120_000,
}

describe("describeSizes", () => {
  it("says them in kilobytes and megabytes of a thousand", () => {
    const figures = describeSizes(sizes).match(/[\d.]+ [kM]B/g)
    assert.deepStrictEqual([...(figures ?? [])], ["33 kB", "10 MB", "56 MB", "444 kB", "1.0 kB", "120 kB"])
  })
})

describe("stillTrue", () => {
  it("holds for what was just measured, and within a tenth of it", () => {
    assert.isTrue(stillTrue(describeSizes(sizes), sizes))
    assert.isTrue(stillTrue(describeSizes({ ...sizes, bundle: sizes.bundle * 1.08 }), sizes))
    assert.isTrue(stillTrue(describeSizes({ ...sizes, others: 0 }), { ...sizes, others: 0 }))
    assert.isTrue(stillTrue(describeSizes({ ...sizes, effect: 0 }), { ...sizes, effect: 0 }))
    assert.notInclude(describeSizes({ ...sizes, effect: 0 }), "effect")
  })

  it("does not hold when one figure is further off, or missing", () => {
    for (const key of ["own", "others", "effect", "bundle", "loaded"] as const) {
      assert.isFalse(stillTrue(describeSizes({ ...sizes, [key]: sizes[key] * 1.2 }), sizes), key)
    }
    assert.isFalse(stillTrue("Installed it takes 33 kB.", sizes))
    assert.isFalse(stillTrue(describeSizes({ ...sizes, others: 0 }), sizes))
    assert.isFalse(stillTrue("nothing", sizes))
  })
})
