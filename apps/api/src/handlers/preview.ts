/** The handler of `POST /api/v1/preview`. */
import { InvalidRequest, OperatorApi } from "@lead-gateway/api-contract"
import type { DeliveryMetadataName, LoadedFlow } from "@lead-gateway/config/flow"
import { explain, type Explanation, type PayloadStep, printExplanation } from "@lead-gateway/lead-pipeline"
import { Reason } from "@lead-gateway/lead"
import { DecidedLeads } from "@lead-gateway/lead-store"
import { get, isJsonObject, type Json } from "@lead-gateway/lossless-json"
import { Clock, Effect, Semaphore } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { compareStored } from "../preview/compareStored.ts"
import { isTooLong } from "../preview/isTooLong.ts"
import { draftFlow } from "../preview/draftFlow.ts"
import { makeWorkCheck, tooMuchWork } from "../preview/draftWork.ts"
import { fromStore } from "./fromStore.ts"
import { losslessBody } from "./losslessBody.ts"

/** Decides on a payload and explains it, or on the newest leads and compares. Nothing is stored. */
export const previewHandlers = (flow: LoadedFlow) =>
  HttpApiBuilder.group(
    OperatorApi,
    "preview",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const { page } = yield* DecidedLeads
      const turns = yield* Semaphore.make(previewsAtOnce)
      const comparisons = yield* Semaphore.make(comparisonsAtOnce)

      return handlers.handleAll({
        create: Effect.fnUntraced(function* ({ payload: { last, payload: sent }, request }) {
          if ((last === undefined) === (sent === undefined)) {
            return yield* new InvalidRequest({ error: "give either a payload or last" })
          }
          if (last !== undefined) {
            const documents = yield* losslessBody(request, { keepUnsafeIntegers: true })
            const draft = yield* turns.withPermits(1)(draftFlow(flow, documents))
            const isTooLarge = makeWorkCheck(documents)
            const compared = compareStored({ flow: draft, isTooLarge }, last, (query) =>
              orUnavailable(page(query)),
            )
            return yield* comparisons.withPermits(1)(compared)
          }
          return yield* turns.withPermits(1)(
            Effect.gen(function* () {
              const documents = yield* losslessBody(request, { keepUnsafeIntegers: true })
              const payload = get(yield* losslessBody(request), "payload")
              if (makeWorkCheck(documents)(payload ?? null)) return yield* tooMuchWork
              const draft = yield* draftFlow(flow, documents)
              const lead = {
                payload: isJsonObject(payload) ? payload : {},
                deliveryMetadata,
                nowMs: yield* Clock.currentTimeMillis,
              }
              return {
                ...previewOf(explain(draft, lead, { values: "show" }), lead.payload),
                warnings: draft.warnings.map(({ message, part }) => `${part}: ${message}`),
              }
            }),
          )
        }),
      })
    }),
  )

/** A payload of a megabyte takes tens of milliseconds of the event loop: senders would wait for several at once. */
const previewsAtOnce = 1
const comparisonsAtOnce = 1

/** Placeholders for what the gateway gives each lead. */
const deliveryMetadata: Readonly<Record<DeliveryMetadataName, string | number>> = {
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
