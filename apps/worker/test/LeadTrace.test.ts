import { assert, describe, it } from "@effect/vitest"
import { type EndedSpan, SpanIds, type TraceParent } from "@lead-gateway/runtime"
import { makeLeadTraces } from "../src/LeadTrace.ts"
import { due, undecided } from "./support/claimed.ts"

const key = "0f0e0d0c-0b0a-4908-8706-050403020100"
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const sampled = `00-${traceId}-00f067aa0ba902b7-01`

const traces = (ofRoots = true) => {
  const spans: Array<EndedSpan> = []
  const isSampled = (parent: TraceParent.TraceParent | undefined) => parent?.sampled ?? ofRoots
  const made = makeLeadTraces(
    {
      isSampled,
      begin: (parent) => ({ traceId, spanId: SpanIds.randomSpanId(), sampled: isSampled(parent) }),
      record: (span) => void spans.push(span),
      counts: () => ({ exported: 0, dropped: 0, waiting: 0 }),
    },
    "customer.example:8443",
  )
  return { ...made, spans }
}

describe("the trace of a lead", () => {
  it("has the same spans in every process, and a retry is linked to the attempt before", () => {
    const [here, there] = [traces(), traces()]
    const first = here.of({ ...undecided(7), traceparent: sampled }, key)
    const second = there.of(due(7, { traceparent: sampled }), key)
    const third = there.of(due(7, { traceparent: sampled, attemptNo: 2 }), key)
    assert.deepStrictEqual(
      [first, second, third].map(({ attempt }) => [attempt.traceId, attempt.sampled]),
      [1, 2, 3].map(() => [traceId, true]),
    )
    assert.strictEqual(first.storedSpanId, "00f067aa0ba902b7")
    assert.isUndefined(first.previousSpanId)
    assert.strictEqual(second.decisionSpanId, first.decisionSpanId)
    assert.strictEqual(second.previousSpanId, first.attempt.spanId)
    assert.strictEqual(third.previousSpanId, second.attempt.spanId)
    const ids = [first.decisionSpanId, ...[first, second, third].map(({ attempt }) => attempt.spanId)]
    assert.strictEqual(new Set(ids).size, 4)
  })

  it("is another one for another lead, and for a replay", () => {
    const { of } = traces()
    const decision = (work: ReturnType<typeof due>) => of(work, key).decisionSpanId
    const one = decision(due(7, { traceparent: sampled }))
    assert.notStrictEqual(one, decision(due(8, { traceparent: sampled })))
    assert.notStrictEqual(one, decision(due(7, { traceparent: sampled, deliveryNo: 1 })))
  })

  it.each([undefined, "", "00-nonsense", `ff-${traceId}-00f067aa0ba902b7-01`])(
    "begins with the idempotency key where the lead has no valid context: %j",
    (traceparent) => {
      const { attempt, storedSpanId } = traces().of({ ...undecided(7), traceparent }, key)
      assert.strictEqual(attempt.traceId, "0f0e0d0c0b0a49088706050403020100")
      assert.isTrue(attempt.sampled)
      assert.isUndefined(storedSpanId)
    },
  )

  it("that is not recorded records nothing, and tells the customer so", () => {
    const { attempted, decided, of, spans } = traces(false)
    for (const traceparent of [undefined, sampled.replace(/01$/, "00")]) {
      const work = { ...undecided(7), traceparent }
      const trace = of(work, key)
      assert.isFalse(trace.attempt.sampled)
      decided(work, trace, {} as never, 0)
      attempted(work, trace, {} as never, {} as never, 0)
    }
    assert.deepStrictEqual(spans, [])
  })
})
