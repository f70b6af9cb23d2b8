/** The handler of `POST /api/v1/preview`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import type { DeliveryMetadataName, LoadedFlow } from "@lead-gateway/config/flow"
import { explain, type Explanation, type PayloadStep, printExplanation } from "@lead-gateway/lead-pipeline"
import { get, isJsonObject, type Json } from "@lead-gateway/lossless-json"
import { Clock, Effect, Semaphore } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { draftFlow } from "../preview/draftFlow.ts"
import { losslessBody } from "./losslessBody.ts"

/** Decides on a payload and explains it. Nothing is stored. */
export const previewHandlers = (flow: LoadedFlow) =>
  HttpApiBuilder.group(
    OperatorApi,
    "preview",
    Effect.fn(function* (handlers) {
      const turns = yield* Semaphore.make(previewsAtOnce)

      return handlers.handleAll({
        one: ({ request }) =>
          turns.withPermits(1)(
            Effect.gen(function* () {
              const documents = yield* losslessBody(request, { keepUnsafeIntegers: true })
              const payload = get(yield* losslessBody(request), "payload")
              const draft = yield* draftFlow(flow, documents)
              const lead = {
                payload: isJsonObject(payload) ? payload : {},
                deliveryMetadata,
                nowMs: yield* Clock.currentTimeMillis,
              }
              return {
                ...previewOf(explain(draft, lead, { values: "show" })),
                warnings: draft.warnings.map(({ message, part }) => `${part}: ${message}`),
              }
            }),
          ),
      })
    }),
  )

/** A payload of a megabyte takes tens of milliseconds of the event loop: senders would wait for several at once. */
const previewsAtOnce = 1

/** Placeholders for what the gateway gives each lead. */
const deliveryMetadata: Readonly<Record<DeliveryMetadataName, string | number>> = {
  lead_id: 1,
  correlation_id: "preview",
  idempotency_key: "preview",
}

const verdicts = { Ready: "READY", Rejected: "REJECTED", Parked: "PARKED" } as const

const previewOf = (explanation: Explanation) => {
  const last = explanation.steps.find((step): step is PayloadStep => step.step === "payload")
  return {
    decision: verdicts[explanation.decision],
    reason: explanation.reason,
    explanation: printExplanation(explanation)
      .split("\n")
      .map((line) => line.trim()),
    steps: explanation.steps as unknown as ReadonlyArray<Json>,
    customerPayload: last?.payload ?? null,
  }
}
