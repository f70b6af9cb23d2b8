/** The handlers of `/api/v1/test-leads`. */
import {
  CurrentCorrelationId,
  InvalidRequest,
  NotFound,
  Operator,
  OperatorApi,
  Unprocessable,
} from "@lead-gateway/api-contract"
import { deliveryMetadataNames, type LoadedFlow } from "@lead-gateway/config/flow"
import { decide, type Decision, examplePayload } from "@lead-gateway/lead-pipeline"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { CustomerStates, storableJson, TestLeads } from "@lead-gateway/lead-store"
import { get, isJsonObject, type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { Clock, Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { hash } from "node:crypto"
import { fromStore } from "./fromStore.ts"
import { losslessBody } from "./losslessBody.ts"

/** Proposes and stores test leads, made from the documents of this process. The store audits them. */
export const testLeadsHandlers = (flow: LoadedFlow) =>
  HttpApiBuilder.group(
    OperatorApi,
    "testLeads",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const customers = yield* CustomerStates
      const leads = yield* TestLeads
      const queue = yield* LeadQueue

      /** The customer of this name, or the only one. */
      const nameOf = Effect.fnUntraced(function* (wanted: string | undefined) {
        const all = yield* orUnavailable(customers.list({ limit: mostCustomers }))
        if (wanted === undefined && all.length > 1) {
          return yield* new InvalidRequest({
            error: "customer must be the name of a customer: there are several",
          })
        }
        const found = all.find(({ name }) => wanted === undefined || name === wanted)
        return found?.name ?? (yield* new NotFound({ error: "customer not found" }))
      })

      return handlers.handleAll({
        propose: Effect.fnUntraced(function* ({ query }) {
          const customer = yield* nameOf(query.customer)
          const nowMs = yield* Clock.currentTimeMillis
          const payload = examplePayload({ flow, documents: flow.documents, nowMs })
          return { customer, payload, ...decidedOn(decide(flow, { payload, deliveryMetadata, nowMs })) }
        }),
        send: Effect.fnUntraced(function* ({ payload: { customer: wanted, payload: given }, request }) {
          const customer = yield* nameOf(wanted)
          const nowMs = yield* Clock.currentTimeMillis
          const payload =
            given === undefined
              ? examplePayload({ flow, documents: flow.documents, nowMs })
              : yield* payloadOf(request)
          const text = stringify(storableJson(payload))
          const correlationId = `test-${yield* CurrentCorrelationId}`.slice(0, maxCorrelationId)
          const lead = {
            payload: text,
            sourceHeaders: "{}",
            payloadHash: hash("sha256", text, "buffer"),
            correlationId,
            queuePatienceMs: queue.patienceMs(),
          }
          const leadId = yield* orUnavailable(leads.store(lead, customer, yield* Operator))
          yield* queue.offer([leadId])
          return { leadId, status: "RECEIVED" as const, correlationId, customer }
        }),
      })
    }),
  )

/** Customers are few, and each has a configuration of its own. */
const mostCustomers = 1000

/** As senders' own. */
const maxCorrelationId = 128

/** No lead has these yet. */
const deliveryMetadata = Object.fromEntries(deliveryMetadataNames.map((name) => [name, "test"]))

const decidedOn = (decision: Decision) =>
  decision._tag === "Ready"
    ? { decision: "READY" as const, reason: null }
    : {
        decision: decision._tag === "Parked" ? ("PARKED" as const) : ("REJECTED" as const),
        reason: decision.reason,
      }

/** The payload with all its digits. */
const payloadOf = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
): Effect.fn.Return<JsonObject, InvalidRequest | Unprocessable> {
  const payload = get(yield* losslessBody(request), "payload")
  if (!isJsonObject(payload)) return yield* new InvalidRequest({ error: "payload must be a JSON object" })
  if (Buffer.byteLength(stringify(payload)) > maxPayloadBytes) {
    return yield* new Unprocessable({ error: "payload is longer than 65,536 bytes" })
  }
  return payload
})

/** A person writes it: longer ones come from senders. */
const maxPayloadBytes = 65_536
