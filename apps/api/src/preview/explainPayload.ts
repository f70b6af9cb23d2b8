/** Decides on a payload, and explains the decision. */
import type { Preview } from "@lead-gateway/api-contract"
import {
  explain,
  type Explanation,
  type Flow,
  type PayloadStep,
  printExplanation,
} from "@lead-gateway/lead-pipeline"
import { Reason } from "@lead-gateway/lead"
import { isJsonObject, type Json, stringify } from "@lead-gateway/lossless-json"
import { isTooLong } from "./isTooLong.ts"

/** The response for a payload as JSON text, with every digit of its numbers. */
export const explainPayload = (flow: Flow.Flow, payload: Json, nowMs: number): string => {
  const lead = { payload: isJsonObject(payload) ? payload : {}, deliveryMetadata, nowMs }
  const { customerPayload, ...preview } = previewOf(explain(flow, lead, { values: "show" }), lead.payload)
  const wire = {
    ...preview,
    customer_payload: customerPayload,
    warnings: flow.warnings.map(({ message, part }) => `${part}: ${message}`),
  } satisfies typeof Preview.Encoded
  return stringify(wire)
}

/** Placeholders for what the gateway gives each lead. */
const deliveryMetadata: Readonly<Record<string, string | number>> = {
  lead_id: 1,
  correlation_id: "preview",
  idempotency_key: "preview",
}

const verdicts = { Ready: "READY", Rejected: "REJECTED", Parked: "PARKED" } as const

const previewOf = (explained: Explanation, payload: Json) => {
  const made = explained.steps.find((step): step is PayloadStep => step.step === "payload")?.payload
  const explanation = made !== undefined && isTooLong(made, payload) ? parkedAsTooLong(explained) : explained
  return {
    decision: verdicts[explanation.decision],
    reason: explanation.reason,
    explanation: printExplanation(explanation)
      .split("\n")
      .map((line) => line.trim()),
    steps: explanation.steps.map(asJson),
    customerPayload: explanation === explained && made !== undefined ? asJson(made) : null,
  }
}

/** Steps and payloads consist of JSON values alone. */
const asJson = (value: unknown): Json => value as Json

/** What a worker does with a lead whose customer payload is too long, without that payload. */
const parkedAsTooLong = (explained: Explanation): Explanation => ({
  decision: "Parked",
  reason: Reason.customerPayloadTooLarge,
  steps: explained.steps.map((step) => {
    if (step.step !== "payload") return step
    const { payload: _, ...rest } = step
    return rest
  }),
})
