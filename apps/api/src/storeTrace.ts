/** The span that stores a lead, and its context, in which the lead goes on to a worker. */
import type { Received, StoreBusy, StoreError } from "@lead-gateway/lead-store"
import { defineSpan, type HttpResponse, SpanIds, type TracingShape } from "@lead-gateway/runtime"
import { Result } from "effect"
import { sourceHeaders, withTrace } from "./StoredHeaders.ts"

/** What intake does for traces. */
export interface StoreTrace {
  /** The headers of a webhook as they are stored; where traces are on, with the context that workers continue. */
  readonly headers: (response: HttpResponse) => string
  /** The store has answered. */
  readonly ended: (response: HttpResponse, result: Result.Result<Received, StoreError | StoreBusy>) => void
}

/**
 * A message that is handed over: its producer stores it, its consumer is the worker that decides on it. The queue is not
 * named, since it holds no messages, only hints of them.
 */
const storeLead = defineSpan("store lead", "PRODUCER", [
  "messaging.system",
  "messaging.operation.name",
  "messaging.operation.type",
  "messaging.destination.name",
  "messaging.message.id",
  "messaging.message.body.size",
  "lead_gateway.lead.id",
  "lead_gateway.correlation_id",
])

const off: StoreTrace = { headers: ({ req }) => sourceHeaders(req.headers), ended: () => {} }

/** Makes it; does nothing for traces that are off. */
export const makeStoreTrace = (tracing: TracingShape | undefined): StoreTrace => {
  if (tracing === undefined) return off
  return {
    headers: ({ facts, req }) => {
      const json = sourceHeaders(req.headers)
      const { trace } = facts
      if (trace === undefined) return json
      // The decision travels with the lead, also that nothing is recorded.
      facts.storeSpanId = trace.sampled ? SpanIds.randomSpanId() : trace.spanId
      return withTrace(json, { ...trace, spanId: facts.storeSpanId })
    },
    ended: ({ correlationId, facts }, result) => {
      const { bodyBytes, readAt, storedAt, storeSpanId, trace } = facts
      if (trace?.sampled !== true || storeSpanId === undefined) return
      const received = Result.getOrUndefined(result)
      const id = received !== undefined && "leadId" in received ? received.leadId : undefined
      tracing.record({
        kind: storeLead,
        context: { ...trace, spanId: storeSpanId },
        parentSpanId: trace.spanId,
        startMs: readAt,
        endMs: storedAt,
        error: Result.isFailure(result)
          ? result.failure._tag
          : id === undefined
            ? result.success._tag
            : undefined,
        values: [
          "lead_gateway",
          "store",
          "send",
          "leads",
          id === undefined ? undefined : String(id),
          bodyBytes,
          id,
          correlationId,
        ],
      })
    },
  }
}
