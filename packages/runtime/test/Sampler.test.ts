import { assert, describe, it } from "@effect/vitest"
import { SpanIds } from "@lead-gateway/runtime"
import { samplerOf } from "../src/Sampler.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const parent = (sampled: boolean) => ({ traceId, spanId: "00f067aa0ba902b7", sampled })

describe("samplers", () => {
  it.each([
    // sampler, without a parent, with one that is sampled, with one that is not
    ["always_on", true, true, true],
    ["always_off", false, false, false],
    ["parentbased_always_on", true, true, false],
    ["parentbased_always_off", false, true, false],
    ["parentbased_traceidratio", false, true, false],
    ["traceidratio", false, false, false],
  ] as const)("%s, at a ratio of 0: %s without a parent, %s and %s with one", (sampler, none, yes, no) => {
    const decide = samplerOf({ sampler, ratio: 0 })
    assert.deepStrictEqual(
      [decide(undefined, traceId), decide(parent(true), traceId), decide(parent(false), traceId)],
      [none, yes, no],
    )
  })

  it("by ratio record this share of traces, the same ones everywhere, and with more the same and others", () => {
    const ids = Array.from({ length: 20_000 }, SpanIds.randomTraceId)
    const recorded = (ratio: number) => {
      const [here, there] = [
        samplerOf({ sampler: "traceidratio", ratio }),
        samplerOf({ sampler: "parentbased_traceidratio", ratio }),
      ]
      for (const id of ids) assert.strictEqual(here(undefined, id), there(undefined, id))
      return new Set(ids.filter((id) => here(undefined, id)))
    }
    const [few, many] = [recorded(0.05), recorded(0.5)]
    assert.isAbove(few.size, 800)
    assert.isBelow(few.size, 1200)
    assert.isAbove(many.size, 9500)
    assert.isBelow(many.size, 10_500)
    for (const id of few) assert.isTrue(many.has(id))
    assert.strictEqual(recorded(1).size, ids.length)
    assert.strictEqual(recorded(0).size, 0)
  })
})

describe("ids of spans", () => {
  it("are hexadecimal, of the length of the standard, and each different", () => {
    const traces = Array.from({ length: 3000 }, SpanIds.randomTraceId)
    const spans = Array.from({ length: 3000 }, SpanIds.randomSpanId)
    for (const id of traces) assert.match(id, /^[0-9a-f]{32}$/)
    for (const id of spans) assert.match(id, /^[0-9a-f]{16}$/)
    assert.strictEqual(new Set([...traces, ...spans]).size, 6000)
  })

  it("that are derived are the same for the same text", () => {
    assert.match(SpanIds.derivedSpanId("a"), /^[0-9a-f]{16}$/)
    assert.strictEqual(SpanIds.derivedSpanId("a"), SpanIds.derivedSpanId("a"))
    assert.notStrictEqual(SpanIds.derivedSpanId("a"), SpanIds.derivedSpanId("b"))
  })
})
