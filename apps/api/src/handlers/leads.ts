/** The handlers of `GET /api/v1/leads`, `/leads/{id}`, `/ledger`, `/reasons` and `/events`. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { DatabaseUnavailable, Forbidden, Operator, OperatorApi, Roles } from "@lead-gateway/api-contract"
import type { LeadId, LeadStatus } from "@lead-gateway/lead"
import {
  Audit,
  type Contact,
  explainHistory,
  imbalance,
  LeadLedger,
  LeadList,
  LeadReader,
  SearchKey,
} from "@lead-gateway/lead-store"
import { compileProfileOrThrow, normalize } from "@lead-gateway/normalizer"
import { Clock, Duration, Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { ServerResponse } from "node:http"
import type { Json } from "@lead-gateway/lossless-json"
import type { LoadedFlow } from "@lead-gateway/config/flow"
import { type EventHub, mostListeners, tooManyListeners } from "../EventHub.ts"
import { IsStillAdmitted } from "../OperatorAccess.ts"
import { csvPrinter, fieldColumns } from "../export/exportedLead.ts"
import { exportLeads, jsonPrinter } from "../export/exportLeads.ts"
import { fromStore } from "./fromStore.ts"
import { makeHistories } from "./histories.ts"

/** `GET /api/v1/leads…`, read from the store; live events come from the hub. */
export const leadsHandlers = (hub: EventHub, flow: Pick<LoadedFlow, "documents">) => {
  const contactsOf = contactsReader(flow)
  const columns = fieldColumns(flow.documents as Record<"rules" | "profile" | "mapping", Json>)
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
      const reader = yield* LeadReader

      const filtersOf = Effect.fnUntraced(function* (query: LeadFilters) {
        const contacts = contactsOf(query)
        const hash = contacts.length === 0 ? undefined : yield* searchKey.hash
        return {
          status: query.status,
          reason: query.reason,
          customer: query.customer,
          receivedFrom: query.received_from,
          receivedBefore: query.received_before,
          contacts: hash === undefined ? [] : contacts.map(hash),
          correlationId: query.correlation_id,
          isTest: query.test === undefined ? undefined : query.test === "true",
        }
      })

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
            const page = yield* orUnavailable(
              Effect.flatMap(filtersOf(query), (filters) =>
                list.page({ ...filters, limit: query.limit, before: query.cursor }),
              ),
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
        .handleRaw(
          "export",
          Effect.fnUntraced(function* ({ query: { format, ...query }, request }) {
            const isCsv = format === "csv"
            // A proxy that collects it would need memory for all leads.
            const headers = {
              "content-disposition": `attachment; filename="leads.${format}"`,
              "x-accel-buffering": "no",
            }
            const contentType = isCsv ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8"
            if (request.method === "HEAD") return HttpServerResponse.empty({ status: 200, headers })
            const filters = yield* orUnavailable(filtersOf(query))
            const details = { format, filters: Object.keys(query) }
            const actor = yield* Operator
            yield* orUnavailable(audit.record({ actor, action: "leads.export", details }))
            const printer = isCsv ? csvPrinter(columns) : jsonPrinter
            return HttpServerResponse.stream(exportLeads({ list, reader }, filters, printer), {
              contentType,
              headers,
            })
          }),
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

/** The filters of a list or an export, as they were decoded. */
interface LeadFilters {
  readonly status?: LeadStatus
  readonly reason?: string
  readonly customer?: string
  readonly received_from?: Date
  readonly received_before?: Date
  readonly email?: string
  readonly phone?: string
  readonly correlation_id?: string
  readonly test?: "true" | "false"
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
