/**
 * The trace of a lead in a worker: which spans its decision and its attempts are, and what they belong to.
 *
 * The ids of these spans are derived from what is stored with the lead, the span that stored it, so that a retry in
 * another process belongs to the same decision and is linked to the attempt before, and nothing else has to be stored.
 */
import type { AttemptRecord, ClaimedWork, StoredDecision } from "@lead-gateway/lead-store"
import { defineSpan, SpanIds, TraceParent, type TracingShape } from "@lead-gateway/runtime"
import type { AttemptOutcome } from "./AttemptOutcome.ts"

/** What a step of a lead's work is in its trace. */
export interface LeadTrace {
  /** The span of the attempt that the step opens, which the customer gets as `traceparent`. */
  readonly attempt: TraceParent.TraceParent
  readonly decisionSpanId: string
  /** The span that stored the lead, or the sender's; undefined where the trace begins with the decision. */
  readonly storedSpanId: string | undefined
  /** The span of the attempt before. */
  readonly previousSpanId: string | undefined
}

/** Traces the leads of a worker. */
export interface LeadTraces {
  /** The trace of a step. A lead that came without a context begins a trace, whose id is the idempotency key. */
  readonly of: (work: ClaimedWork, idempotencyKey: string) => LeadTrace
  /** A decision is stored. */
  readonly decided: (work: ClaimedWork, trace: LeadTrace, decision: StoredDecision, startMs: number) => void
  /** An attempt that was sent has ended. */
  readonly attempted: (
    work: ClaimedWork,
    trace: LeadTrace,
    outcome: AttemptOutcome,
    record: AttemptRecord,
    startMs: number,
  ) => void
}

const ofLead = ["lead_gateway.lead.id", "lead_gateway.correlation_id"]

const decideLead = defineSpan("decide lead", "CONSUMER", [
  "messaging.system",
  "messaging.operation.name",
  "messaging.operation.type",
  "messaging.destination.name",
  "messaging.message.id",
  ...ofLead,
  "lead_gateway.decision.verdict",
  "lead_gateway.decision.reason",
])

const deliverLead = defineSpan("deliver lead", "CLIENT", [
  "http.request.method",
  "server.address",
  "server.port",
  "http.response.status_code",
  "http.request.resend_count",
  ...ofLead,
  "lead_gateway.attempt.no",
  "lead_gateway.attempt.fault",
  "lead_gateway.lead.state",
])

/** Makes it, for a customer at `address`, a host with or without a port. Of its URL nothing else is traced. */
export const makeLeadTraces = (tracing: TracingShape, address: string): LeadTraces => {
  const { hostname, port } = new URL(`http://${address}`)
  const record = tracing.record

  return {
    of: ({ attemptNo, deliveryNo, leadId, traceparent }, idempotencyKey) => {
      const parent = TraceParent.ofText(traceparent)
      const traceId = parent?.traceId ?? idempotencyKey.replaceAll("-", "")
      const sampled = tracing.isSampled(parent, traceId)
      if (!sampled) return notRecorded(traceId)
      const seed = `${traceId} ${parent?.spanId} ${leadId} ${deliveryNo}`
      const attemptSpanId = (no: number) => SpanIds.derivedSpanId(`${seed} attempt ${no}`)
      return {
        attempt: { traceId, sampled, spanId: attemptSpanId(attemptNo + 1) },
        decisionSpanId: SpanIds.derivedSpanId(`${seed} decision`),
        storedSpanId: parent?.spanId,
        previousSpanId: attemptNo === 0 ? undefined : attemptSpanId(attemptNo),
      }
    },
    decided: ({ correlationId, leadId }, { attempt, decisionSpanId, storedSpanId }, decision, startMs) => {
      if (!attempt.sampled) return
      record({
        kind: decideLead,
        context: { ...attempt, spanId: decisionSpanId },
        parentSpanId: storedSpanId,
        startMs,
        endMs: performance.now(),
        error: undefined,
        values: [
          "lead_gateway",
          "decide",
          "process",
          "leads",
          String(leadId),
          leadId,
          correlationId,
          decision.verdict,
          decision.reason,
        ],
      })
    },
    attempted: ({ correlationId, leadId }, trace, outcome, row, startMs) => {
      if (!trace.attempt.sampled) return
      const { attemptNo, fault, next, responseStatus } = row
      record({
        kind: deliverLead,
        context: trace.attempt,
        parentSpanId: trace.decisionSpanId,
        linkedSpanId: trace.previousSpanId,
        startMs,
        endMs: performance.now(),
        error: errorOf(outcome, row),
        values: [
          "POST",
          hostname,
          port === "" ? undefined : Number(port),
          responseStatus,
          attemptNo === 1 ? undefined : attemptNo - 1,
          leadId,
          correlationId,
          attemptNo,
          fault,
          next.state,
        ],
      })
    },
  }
}

const notRecorded = (traceId: string): LeadTrace => {
  const spanId = SpanIds.randomSpanId()
  return {
    attempt: { traceId, spanId, sampled: false },
    decisionSpanId: spanId,
    storedSpanId: undefined,
    previousSpanId: undefined,
  }
}

/** `error.type` of an attempt: its status, or why there is none. */
const errorOf = (outcome: AttemptOutcome, { next }: AttemptRecord): string | undefined => {
  if (next.state === "DELIVERED") return undefined
  switch (outcome._tag) {
    case "Answered":
      return outcome.status < 300 ? "not_accepted" : String(outcome.status)
    case "TimedOut":
      return "timeout"
    case "Unreachable":
      return outcome.kind
    case "OutcomeUnknown":
      return "outcome_unknown"
  }
}
