import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { TraceParent } from "@lead-gateway/runtime"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

describe("traceparent", () => {
  it("is read as the standard writes it", () => {
    assert.deepStrictEqual(
      TraceParent.parse(`00-${traceId}-${spanId}-01`),
      Option.some({ traceId, spanId, sampled: true }),
    )
    assert.deepStrictEqual(
      TraceParent.parse(`00-${traceId}-${spanId}-02`),
      Option.some({ traceId, spanId, sampled: false }),
    )
  })

  it("of a later version is read as far as it is known", () => {
    for (const header of [`cc-${traceId}-${spanId}-01`, `cc-${traceId}-${spanId}-01-what-comes`]) {
      assert.isTrue(Option.isSome(TraceParent.parse(header)))
    }
  })

  it("is ignored when it breaks the rules", () => {
    for (const header of [
      "",
      `ff-${traceId}-${spanId}-01`,
      `00-${"0".repeat(32)}-${spanId}-01`,
      `00-${traceId}-${"0".repeat(16)}-01`,
      `00-${traceId.toUpperCase()}-${spanId}-01`,
      `00-${traceId}-${spanId}-01-more`,
      `cc-${traceId}-${spanId}-01.more`,
      `00-${traceId}-${spanId}`,
      `00-${traceId}-${spanId}-1`,
      ` 00-${traceId}-${spanId}-01`,
    ]) {
      assert.deepStrictEqual(TraceParent.parse(header), Option.none(), header)
    }
  })

  it("is formatted as it is read", () => {
    for (const sampled of [true, false]) {
      const traceParent = { traceId, spanId, sampled }
      assert.deepStrictEqual(TraceParent.parse(TraceParent.format(traceParent)), Option.some(traceParent))
    }
  })
})
