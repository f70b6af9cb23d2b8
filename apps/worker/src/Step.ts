import type { DeliveryMetadataName } from "@lead-gateway/config/flow"
import type { DeliveryRequest } from "@lead-gateway/customer-client"
import { decide, type Flow } from "@lead-gateway/lead-pipeline"
import type { ClaimedWork, DueDelivery, Step, UndecidedLead } from "@lead-gateway/lead-store"
import { TraceParent } from "@lead-gateway/runtime"
import { Option } from "effect"
import { randomFillSync, randomUUID } from "node:crypto"
import { storedDecision } from "./storedDecision.ts"

/** The next step of leased work, and the request that is sent when it opens an attempt. */
export interface NextStep {
  readonly step: Step
  /** The same body and key for every attempt of a delivery; undefined when the lead is rejected or parked. */
  readonly message: DeliveryRequest | undefined
}

/** Makes the next step: decides on an undecided lead; a due delivery keeps its decision. */
export type Steps = (work: UndecidedLead | DueDelivery) => NextStep

/** The flow, the ids and the clock of steps. */
export interface StepsOptions {
  readonly flow: Flow.Flow
  readonly ids: Ids
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Makes the steps of one flow: pure except for the clock and the ids. */
export const makeSteps = ({ flow, ids, now }: StepsOptions): Steps => {
  const decidedWith = JSON.stringify(flow.versions)

  return (work) => {
    const { deliveryNo, lease, leadId } = work
    if (work._tag === "Due") {
      return { step: { leadId, deliveryNo, lease, decision: undefined }, message: requestOf(ids, work, work) }
    }
    const idempotencyKey = ids.key()
    const deliveryMetadata: Record<DeliveryMetadataName, string | number> = {
      lead_id: leadId,
      correlation_id: work.correlationId,
      idempotency_key: idempotencyKey,
    }
    const decision = storedDecision(decide(flow, { payload: work.payload, deliveryMetadata, nowMs: now() }), {
      payload: work.payload,
      decidedWith,
      idempotencyKey,
    })
    return {
      step: { leadId, deliveryNo, lease, decision },
      message: decision.delivery === null ? undefined : requestOf(ids, work, decision.delivery),
    }
  }
}

const requestOf = (
  ids: Ids,
  { correlationId, traceparent }: ClaimedWork,
  { body, idempotencyKey }: Pick<DeliveryRequest, "body" | "idempotencyKey">,
): DeliveryRequest => ({
  body,
  idempotencyKey,
  correlationId,
  traceparent: ids.traceparent(traceparent, idempotencyKey),
})

/** Random ids for deliveries. */
export interface Ids {
  /** An idempotency key: a UUID. */
  readonly key: () => string
  /**
   * The `traceparent` of one attempt. It continues the sender's trace; without one, the attempts of a delivery share a
   * trace whose id is the idempotency key.
   */
  readonly traceparent: (sent: string | undefined, idempotencyKey: string) => string
}

/** Random ids; random bytes are drawn 4 kB at a time. */
export const makeIds = (): Ids => {
  const bytes = Buffer.alloc(4096)
  let at = bytes.length
  const spanId = (): string => {
    if (at === bytes.length) {
      randomFillSync(bytes)
      at = 0
    }
    const id = bytes.toString("hex", at, at + 8)
    at += 8
    return id === "0000000000000000" ? spanId() : id
  }
  return {
    key: () => randomUUID(),
    traceparent: (sent, idempotencyKey) => {
      const trace = sent === undefined ? Option.none() : TraceParent.parse(sent)
      return Option.isSome(trace)
        ? TraceParent.format({ ...trace.value, spanId: spanId() })
        : `00-${idempotencyKey.replaceAll("-", "")}-${spanId()}-00`
    },
  }
}
