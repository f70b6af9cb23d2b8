import { assert, describe, it } from "@effect/vitest"
import type { AttemptRecord } from "@lead-gateway/lead-store"
import { Telemetry } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import { setImmediate } from "node:timers/promises"
import { makeDeliveryLog } from "../src/DeliveryLog.ts"
import { due } from "./support/claimed.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

const record = (more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  leadId: due(7).leadId,
  deliveryNo: 0,
  lease: "6b1e9f2c-2d1b-4a51-9a53-0d3d3bb0c9a1",
  attemptNo: 2,
  outcomeUnknown: false,
  durationMs: 12,
  responseStatus: 200,
  responseBody: "what the customer said",
  errorMessage: null,
  fault: null,
  customerReason: null,
  policyVersion: null,
  unseen: false,
  health: "available" as AttemptRecord["health"],
  counted: true,
  next: { state: "DELIVERED" },
  ...more,
})

/** The line of one attempt, at a `SLOW_MS` of 100. */
const lineOf = (
  job: Parameters<Effect.Success<typeof makeDeliveryLog>["attempt"]>[0],
  row: AttemptRecord,
  recordMs: number,
) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const sink = { writable: true, write: (text: string) => lines.push(text), on: () => {} }
    yield* Effect.gen(function* () {
      const log = yield* makeDeliveryLog
      log.attempt(job, row, "Answered", false, true, recordMs)
      yield* Effect.promise(() => setImmediate())
    }).pipe(
      Effect.provide(
        Layer.fresh(Telemetry.layer({ service: "worker", level: "info", format: "json", slowMs: 100, sink })),
      ),
    )
    assert.notInclude(lines.join(""), "what the customer said")
    return JSON.parse(lines.join("")) as Record<string, unknown>
  })

describe("the line of an attempt", () => {
  it.live.each([
    ["info", 12, 12, undefined],
    ["warn", 101, 12, "customer"],
    ["warn", 12, 101, "store"],
    ["warn", 500, 500, "customer"],
  ] as const)(
    "is at %s after %i ms at the customer and %i ms to record it: slow %s",
    ([level, ms, recordMs, slow]) =>
      Effect.gen(function* () {
        const line = yield* lineOf({ work: due(7) }, record({ durationMs: ms }), recordMs)
        assert.deepStrictEqual(
          [line["level"], line["message"], line["slow"], line["record_ms"]],
          [level, "lead delivered", slow, slow === undefined ? undefined : recordMs],
        )
        assert.isUndefined(line["trace_id"])
      }),
  )

  it.live("has the trace that the customer got, where the sender sent one or traces are on", () =>
    Effect.gen(function* () {
      const attempt = { traceId, spanId, sampled: true }
      const trace = { attempt, decisionSpanId: spanId, storedSpanId: undefined, previousSpanId: undefined }
      const traced = yield* lineOf({ work: due(7), trace }, record(), 1)
      assert.deepStrictEqual([traced["trace_id"], traced["span_id"]], [traceId, spanId])
      const sent = yield* lineOf({ work: due(7, { traceparent: `00-${traceId}-${spanId}-01` }) }, record(), 1)
      assert.strictEqual(sent["trace_id"], traceId)
      const invalid = yield* lineOf({ work: due(7, { traceparent: "jane.doe@example.com" }) }, record(), 1)
      assert.isUndefined(invalid["trace_id"])
    }),
  )
})
