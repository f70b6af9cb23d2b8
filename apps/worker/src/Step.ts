import type { DeliveryMetadataName } from "@lead-gateway/config/flow"
import type { DeliveryRequest } from "@lead-gateway/customer-client"
import { decide, type Decision, type Flow } from "@lead-gateway/lead-pipeline"
import type { ClaimedWork, DueDelivery, Step, UndecidedLead } from "@lead-gateway/lead-store"
import { SpanIds, TraceParent } from "@lead-gateway/runtime"
import { randomUUID } from "node:crypto"
import type { ContactsOf } from "./Contacts.ts"
import type { LeadTrace, LeadTraces } from "./LeadTrace.ts"
import { storedDecision } from "./storedDecision.ts"

/** The next step of leased work, and the request that is sent when it opens an attempt. */
export interface NextStep {
  readonly step: Step
  /** The same body and key for every attempt of a delivery; undefined when the lead is rejected or parked. */
  readonly message: DeliveryRequest | undefined
  /** Undefined where traces are off. */
  readonly trace?: LeadTrace | undefined
}

/** Makes the next step: decides on an undecided lead; a due delivery keeps its decision. */
export type Steps = (work: UndecidedLead | DueDelivery) => NextStep

/** The flow, the ids and the clock of steps. */
export interface StepsOptions {
  readonly flow: Flow.Flow
  readonly ids: Ids
  /** Undefined where traces are off. */
  readonly traces?: Pick<LeadTraces, "of"> | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The contacts by which a lead is found; none unless set. */
  readonly contactsOf?: ContactsOf | undefined
  /** Called with every decision. */
  readonly decided?: ((decision: Decision) => void) | undefined
}

/** Makes the steps of one flow: pure except for the clock and the ids. */
export const makeSteps = ({ contactsOf, decided, flow, ids, now, traces }: StepsOptions): Steps => {
  const decidedWith = JSON.stringify(flow.versions)

  return (work) => {
    const { deliveryNo, lease, leadId } = work
    if (work._tag === "Due") {
      const trace = traces?.of(work, work.idempotencyKey)
      const message = requestOf(ids, work, work, trace)
      return { step: { leadId, deliveryNo, lease, decision: undefined }, message, trace }
    }
    const idempotencyKey = ids.key()
    const deliveryMetadata: Record<DeliveryMetadataName, string | number> = {
      lead_id: leadId,
      correlation_id: work.correlationId,
      idempotency_key: idempotencyKey,
    }
    const made = decide(flow, { payload: work.payload, deliveryMetadata, nowMs: now() })
    decided?.(made)
    const decision = storedDecision(made, {
      payload: work.payload,
      decidedWith,
      idempotencyKey,
      contacts: contactsOf?.(work.payload, made.normalized),
    })
    const trace = traces?.of(work, idempotencyKey)
    return {
      step: { leadId, deliveryNo, lease, decision },
      message: decision.delivery === null ? undefined : requestOf(ids, work, decision.delivery, trace),
      trace,
    }
  }
}

const requestOf = (
  ids: Ids,
  { correlationId, traceparent }: ClaimedWork,
  { body, idempotencyKey }: Pick<DeliveryRequest, "body" | "idempotencyKey">,
  trace: LeadTrace | undefined,
): DeliveryRequest => ({
  body,
  idempotencyKey,
  correlationId,
  traceparent:
    trace === undefined ? ids.traceparent(traceparent, idempotencyKey) : TraceParent.format(trace.attempt),
})

/** Random ids for deliveries. */
export interface Ids {
  /** An idempotency key: a UUID. */
  readonly key: () => string
  /**
   * The `traceparent` of one attempt, where traces are off. It continues the sender's trace; without one, the attempts of a delivery share a
   * trace whose id is the idempotency key.
   */
  readonly traceparent: (sent: string | undefined, idempotencyKey: string) => string
}

/** Random ids. */
export const makeIds = (): Ids => ({
  key: () => randomUUID(),
  traceparent: (sent, idempotencyKey) => {
    const spanId = SpanIds.randomSpanId()
    const trace = TraceParent.ofText(sent)
    return trace === undefined
      ? `00-${idempotencyKey.replaceAll("-", "")}-${spanId}-00`
      : TraceParent.format({ ...trace, spanId })
  },
})
