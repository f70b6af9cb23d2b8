import { assert, describe, it } from "@effect/vitest"
import { defineSpan } from "@lead-gateway/runtime"
import { type EndedSpan, printSpan } from "../src/Span.ts"

const context = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true }

const kind = defineSpan("POST /webhooks/leads", "SERVER", ["a", "b", "c", "d", "e"])

const span = (more: Partial<EndedSpan> = {}): EndedSpan => ({
  kind,
  context,
  parentSpanId: undefined,
  startMs: 0.25,
  endMs: 1000.5,
  error: undefined,
  values: ["text", 7, true, 0.5, undefined],
  ...more,
})

describe("a span in OTLP/JSON", () => {
  it("has hexadecimal ids, times in nanoseconds, and attributes by their type", () =>
    assert.deepStrictEqual<unknown>(JSON.parse(printSpan(span(), 1_769_000_000_000)), {
      traceId: context.traceId,
      spanId: context.spanId,
      name: "POST /webhooks/leads",
      kind: 2,
      startTimeUnixNano: "1769000000000250000",
      endTimeUnixNano: "1769000001000500000",
      attributes: [
        { key: "a", value: { stringValue: "text" } },
        { key: "b", value: { intValue: "7" } },
        { key: "c", value: { boolValue: true } },
        { key: "d", value: { doubleValue: 0.5 } },
      ],
      status: {},
    }))

  it("names its parent, what it is linked to, and its error", () => {
    const text = printSpan(
      span({ parentSpanId: "b7ad6b7169203331", linkedSpanId: "1111111111111111", error: "503", values: [] }),
      0,
    )
    const { attributes, links, parentSpanId, status } = JSON.parse(text) as Record<string, unknown>
    assert.deepStrictEqual<unknown>(
      [attributes, links, parentSpanId, status],
      [
        [{ key: "error.type", value: { stringValue: "503" } }],
        [{ traceId: context.traceId, spanId: "1111111111111111" }],
        "b7ad6b7169203331",
        { code: 2 },
      ],
    )
  })

  it.each(['"', "\\", "\n", "\u2028", "ä", "}]}"])("is not broken by the value %j", (value) => {
    const { attributes } = JSON.parse(printSpan(span({ values: [value, undefined, null] }), 0)) as {
      readonly attributes: ReadonlyArray<unknown>
    }
    assert.deepStrictEqual(attributes, [{ key: "a", value: { stringValue: value } }])
  })
})
