import type { DeliveryMetadataName } from "@lead-gateway/config/flow"
import type { DeliveryRequest } from "@lead-gateway/customer-client"
import type { RejectionReason, UnreadValue } from "@lead-gateway/lead"
import { decide, type Decision, type Finding, type Flow } from "@lead-gateway/lead-pipeline"
import {
  type ClaimedWork,
  defaultCustomer,
  type DueDelivery,
  needsMending,
  type Step,
  storableJson,
  storableText,
  type StoredDecision,
  type UndecidedLead,
} from "@lead-gateway/lead-store"
import { type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { TraceParent } from "@lead-gateway/runtime"
import { Option } from "effect"
import { randomFillSync, randomUUID } from "node:crypto"

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
    const decision = storedDecision(
      decide(flow, { payload: work.payload, deliveryMetadata, nowMs: now() }),
      decidedWith,
      idempotencyKey,
    )
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

/** A decision of the pipeline in the form of the store, with the flow's versions. */
const storedDecision = (decision: Decision, decidedWith: string, idempotencyKey: string): StoredDecision => {
  const flags = flagsOf(decision)
  switch (decision._tag) {
    case "Rejected":
      return {
        verdict: "REJECTED",
        reason: decision.reason as RejectionReason,
        details: textOf({ ...explained(decision), ...flags }),
        // A rejected lead was normalised only if its rules look at the normalised payload.
        normalized: decision.normalized === undefined ? null : textOf(decision.normalized),
        omitted: [],
        unread: unreadOf(decision),
        decidedWith,
        delivery: null,
      }
    case "Parked":
      return {
        verdict: "PARKED",
        reason: decision.reason as RejectionReason,
        details: textOf({ reason: decision.reason, missing: decision.missing, ...flags }),
        normalized: textOf(decision.normalized),
        omitted: decision.omitted,
        unread: unreadOf(decision),
        decidedWith,
        delivery: null,
      }
    case "Ready":
      return {
        verdict: "READY",
        reason: null,
        details: decision.flags.length === 0 ? "{}" : textOf(flags),
        normalized: textOf(decision.normalized),
        omitted: decision.omitted,
        unread: unreadOf(decision),
        decidedWith,
        delivery: {
          customerId: defaultCustomer,
          idempotencyKey,
          body: textOf(decision.customerPayload),
        },
      }
  }
}

/** A payload may have a hundred thousand values that cannot be read; the history shows the first ones. */
const maxUnread = 100

/** Paths hold keys of the lead, which Postgres may not be able to store. */
const unreadOf = ({ unread = none }: Decision): ReadonlyArray<UnreadValue> =>
  unread.length === 0
    ? none
    : unread.slice(0, maxUnread).map(({ kind, path }) => ({ path: storableText(path), kind }))

const none: ReadonlyArray<never> = []

/** JSON that Postgres can store. `stringify` escapes NUL and lone surrogates, but `jsonb` refuses these escapes. */
const textOf = (value: JsonObject): string => {
  const text = stringify(value)
  return needsMending(text) ? stringify(storableJson(value)) : text
}

/** The findings of the rules that flagged the lead; empty if none did. */
const flagsOf = ({ flags }: Decision): JsonObject =>
  flags.length === 0 ? {} : { flags: flags.map(explained) }

/** The finding of a rule, as a lead's history shows it. It does not quote the lead. */
const explained = ({
  explanation,
  message,
  reason,
  rule,
}: Pick<Finding, "explanation" | "message" | "reason" | "rule">) => ({
  reason,
  rule: { ...rule },
  explanation,
  ...(message === undefined ? {} : { message }),
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
