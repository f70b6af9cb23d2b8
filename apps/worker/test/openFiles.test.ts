import { assert, describe, it } from "@effect/vitest"
import { fittingConcurrency, openFilesLimit } from "../src/openFiles.ts"

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             94957                94957                processes
Max open files            ${soft.padEnd(21)}1048576              files
Max locked memory         8388608              8388608              bytes
`

describe("open files and concurrency", () => {
  it("reads the soft limit of the process", () => {
    assert.strictEqual(openFilesLimit(limits("256")), 256)
    assert.strictEqual(openFilesLimit(limits("unlimited")), Infinity)
    assert.strictEqual(openFilesLimit(""), Infinity)
  })

  it("uses at most half of them for deliveries, and at least one", () => {
    assert.strictEqual(fittingConcurrency(5, 256), 5)
    assert.strictEqual(fittingConcurrency(300, 256), 128)
    assert.strictEqual(fittingConcurrency(300, 1), 1)
    assert.strictEqual(fittingConcurrency(1000, Infinity), 1000)
  })
})
