import { decide, type Decision, type Finding, type Flow } from "@lead-gateway/lead-pipeline"
import type { MetaName } from "@lead-gateway/config/flow"
import type { RejectionReason } from "@lead-gateway/lead"
import { type JsonObject, stringify } from "@lead-gateway/lossless-json"
import {
  defaultCustomer,
  type DueDelivery,
  needsMending,
  type Step,
  storableJson,
  type StoredDecision,
  type UndecidedLead,
} from "@lead-gateway/lead-store"

/** What an attempt sends: the same bytes and the same key for every attempt of a delivery. */
export interface Message {
  readonly idempotencyKey: string
  readonly body: string
}

/** The next step of owned work, and what is sent when it opens an attempt. */
export interface NextStep {
  readonly step: Step
  /** Undefined when the lead is rejected or parked. */
  readonly message: Message | undefined
}

/** Decides on leads and makes the steps of deliveries, for one flow. Pure but for the keys that it is handed. */
export const makeSteps = (flow: Flow.Flow) => {
  const decidedWith = JSON.stringify(flow.versions)

  const undecided = (lead: UndecidedLead, idempotencyKey: string, nowMs: number): NextStep => {
    const meta: Record<MetaName, string | number> = {
      lead_id: lead.leadId,
      correlation_id: lead.correlationId,
      idempotency_key: idempotencyKey,
    }
    const decision = storedDecision(
      decide(flow, { payload: lead.payload, meta, nowMs }),
      decidedWith,
      idempotencyKey,
    )
    return { step: stepOf(lead, decision), message: decision.delivery ?? undefined }
  }

  /** A retry, or a delivery that was held back: the decision stands. */
  const due = (delivery: DueDelivery): NextStep => ({ step: stepOf(delivery, undefined), message: delivery })

  return (work: UndecidedLead | DueDelivery, newKey: () => string, nowMs: number): NextStep =>
    work._tag === "Due" ? due(work) : undecided(work, newKey(), nowMs)
}

const stepOf = (
  { deliveryNo, leadId, lease }: UndecidedLead | DueDelivery,
  decision: StoredDecision | undefined,
): Step => ({ leadId, deliveryNo, lease, decision })

/** A decision of the pipeline as the store keeps it, stamped with the flow's versions. */
const storedDecision = (decision: Decision, decidedWith: string, idempotencyKey: string): StoredDecision => {
  const flags = flagsOf(decision)
  switch (decision._tag) {
    case "Rejected":
      return {
        verdict: "REJECTED",
        reason: decision.reason as RejectionReason,
        details: textOf({ ...explained(decision), ...flags }),
        normalized: null,
        omitted: [],
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
        decidedWith,
        delivery: {
          customerId: defaultCustomer,
          idempotencyKey,
          body: textOf(decision.customerPayload),
        },
      }
  }
}

/** JSON as Postgres can hold it. `stringify` escapes what it cannot, and `jsonb` refuses the escapes. */
const textOf = (value: JsonObject): string => {
  const text = stringify(value)
  return needsMending(text) ? stringify(storableJson(value)) : text
}

/** What rules flagged the lead for; nothing where none did. */
const flagsOf = ({ flags }: Decision): JsonObject =>
  flags.length === 0 ? {} : { flags: flags.map(explained) }

/** What a rule found, in the words of a lead's history. It quotes nothing of the lead. */
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
