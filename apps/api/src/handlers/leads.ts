/** The handlers of `GET /api/v1/leads`, `/leads/{id}`, `/ledger`, `/reasons` and `/events`. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { DatabaseUnavailable, Forbidden, Operator, OperatorApi, Roles } from "@lead-gateway/api-contract"
import type { LeadId } from "@lead-gateway/lead"
import {
  Audit,
  type Contact,
  explainHistory,
  imbalance,
  LeadLedger,
  LeadList,
  SearchKey,
} from "@lead-gateway/lead-store"
import { compileProfileOrThrow, normalize } from "@lead-gateway/normalizer"
import { Clock, Duration, Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { ServerResponse } from "node:http"
import type { LoadedFlow } from "@lead-gateway/config/flow"
import { type EventHub, mostListeners, tooManyListeners } from "../EventHub.ts"
import { IsStillAdmitted } from "../OperatorAccess.ts"
import { fromStore } from "./fromStore.ts"
import { makeHistories } from "./histories.ts"

/** `GET /api/v1/leads…`, read from the store; live events come from the hub. */
export const leadsHandlers = (hub: EventHub, flow: Pick<LoadedFlow, "documents">) => {
  const contactsOf = contactsReader(flow)
  return HttpApiBuilder.group(
    OperatorApi,
    "leads",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const list = yield* LeadList
      const ledger = yield* LeadLedger
      const searchKey = yield* SearchKey
      const history = yield* makeHistories
      const audit = yield* Audit

      /** Values that a person asks for are on record before they are shown. */
      const noteView = Effect.fnUntraced(function* (leadId: LeadId) {
        const operator = yield* Operator
        if (!Roles.includes(operator.role, "operator")) {
          return yield* new Forbidden({ error: "forbidden: needs the role operator" })
        }
        yield* orUnavailable(audit.record({ actor: operator, action: "lead.view", leadId }))
      })

      return handlers
        .handle(
          "list",
          Effect.fnUntraced(function* ({ query }) {
            const contacts = contactsOf(query)
            const page = yield* orUnavailable(
              Effect.gen(function* () {
                const hash = contacts.length === 0 ? undefined : yield* searchKey.hash
                return yield* list.page({
                  limit: query.limit,
                  before: query.cursor,
                  status: query.status,
                  reason: query.reason,
                  customer: query.customer,
                  receivedFrom: query.received_from,
                  receivedBefore: query.received_before,
                  contacts: hash === undefined ? [] : contacts.map(hash),
                  correlationId: query.correlation_id,
                })
              }),
            )
            return { data: page.leads, nextCursor: page.next }
          }),
        )
        .handle(
          "detail",
          Effect.fnUntraced(function* ({ params, query: { values } }) {
            const shown = yield* history(params.id, values === "masked")
            if (values === "shown") yield* noteView(params.id)
            return {
              ...shown,
              deliveries: yield* orUnavailable(list.deliveries(params.id)),
              explanation: explainHistory(shown, yield* Clock.currentTimeMillis),
            }
          }),
        )
        .handle("ledger", () =>
          Effect.map(orUnavailable(ledger.fromCounters), (accounts) => ({
            ...accounts,
            unaccounted: imbalance(accounts),
          })),
        )
        .handle("reasons", () => Effect.map(orUnavailable(list.reasons), (data) => ({ data })))
        .handleRaw(
          "events",
          Effect.fnUntraced(function* ({ request }) {
            if (request.method === "HEAD") {
              return HttpServerResponse.empty({
                status: 200,
                headers: { "content-type": "text/event-stream" },
              })
            }
            yield* orUnavailable(Effect.void)
            const response = NodeHttpServerRequest.toServerResponse(request) as ServerResponse
            yield* hub.serve(response, request.headers["last-event-id"]).pipe(
              Effect.mapError((error) => (error === tooManyListeners ? full : new DatabaseUnavailable())),
              Effect.raceFirst(endWhenRefused(response, yield* IsStillAdmitted)),
            )
            return HttpServerResponse.empty()
          }),
        )
    }),
  )
}

const full = new DatabaseUnavailable({
  error: `too many listeners: ${mostListeners} of one process`,
})

/** How often the credential of a listener is checked again. */
const admittedFor = Duration.seconds(5)

/** Ends a stream whose listener's token was revoked or has expired: a stream may outlive it by far. */
const endWhenRefused = (response: ServerResponse, isStillAdmitted: Effect.Effect<boolean>) =>
  Effect.delay(isStillAdmitted, admittedFor).pipe(
    Effect.repeat({ while: (isAdmitted) => isAdmitted }),
    Effect.andThen(Effect.sync(() => response.end())),
    // The stream is over when its connection says so.
    Effect.andThen(Effect.never),
  )

/**
 * Makes the reader of the contacts that a query asks for, in the form in which the normaliser brings those of leads: a number
 * without its country is of the country that the profile in force says.
 */
const contactsReader = ({ documents }: Pick<LoadedFlow, "documents">) => {
  const profile = compileProfileOrThrow({
    version: "search",
    default_country: (documents.profile as { readonly default_country: string }).default_country,
    fields: { email: "email", phone: "phone" },
  })
  return ({ email, phone }: { readonly email?: string; readonly phone?: string }): ReadonlyArray<Contact> => {
    const { payload } = normalize(profile, {
      ...(email !== undefined && { email }),
      ...(phone !== undefined && { phone }),
    })
    return (["email", "phone"] as const).flatMap((kind) => {
      const value = payload[kind]
      return typeof value === "string" ? [{ kind, value }] : []
    })
  }
}
