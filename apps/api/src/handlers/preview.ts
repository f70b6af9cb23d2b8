/** The handlers of `POST /api/v1/preview` and `GET /api/v1/leads/{id}/rules`. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import {
  InvalidRequest,
  LeadNotFound,
  OperatorApi,
  previewOptions,
  PreviewRequest,
} from "@lead-gateway/api-contract"
import { DecidedLeads } from "@lead-gateway/lead-store"
import { Clock, Effect, Option, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiError } from "effect/http-api"
import type { ServerResponse } from "node:http"
import { noticeGone } from "../noticeGone.ts"
import { compareStored } from "../preview/compareStored.ts"
import type { PreviewProcess } from "../preview/PreviewProcess.ts"
import { fromStore } from "./fromStore.ts"

/**
 * Decides on a payload and explains it, or on the newest leads and compares. Nothing is stored.
 *
 * The body is parsed, drafts are compiled and decisions are made in a process of their own: a body may have megabytes.
 */
export const previewHandlers = (previews: PreviewProcess) =>
  HttpApiBuilder.group(
    OperatorApi,
    "preview",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const { one, page } = yield* DecidedLeads

      return handlers
        .handleRaw("create", ({ request }) =>
          Effect.gen(function* () {
            const contentType = request.headers["content-type"]
            if (contentType !== undefined && !isJson.test(contentType)) {
              return HttpServerResponse.empty({ status: 415 })
            }
            const body = new Uint8Array(yield* Effect.orDie(request.arrayBuffer))
            probeByInterim(NodeHttpServerRequest.toServerResponse(request) as ServerResponse)
            const answer = previews.job(
              Effect.fnUntraced(function* (ask) {
                const { shape } = yield* ask({ _tag: "Open", body })
                const { last, payload } = yield* HttpApiError.HttpApiSchemaError.wrap(
                  "Payload",
                  decodeShape(shape, previewOptions),
                ).pipe(Effect.orDie)
                if ((last === undefined) === (payload === undefined)) {
                  return yield* new InvalidRequest({ error: "give either a payload or last" })
                }
                if (last === undefined) {
                  const { json } = yield* ask({ _tag: "Explain", nowMs: yield* Clock.currentTimeMillis })
                  return HttpServerResponse.text(json, { contentType: "application/json" })
                }
                yield* ask({ _tag: "Compile" })
                return yield* compareStored(ask, last, (query) => orUnavailable(page(query)))
              }),
            )
            return yield* answer
          }).pipe(previews.admit),
        )
        .handleRaw("rules", ({ params: { id } }) =>
          Effect.gen(function* () {
            const found = yield* orUnavailable(one(id))
            if (Option.isNone(found)) return yield* new LeadNotFound()
            const nowMs = yield* Clock.currentTimeMillis
            const { json } = yield* previews.job((ask) => ask({ _tag: "Judge", ...found.value, nowMs }))
            return HttpServerResponse.text(json, { contentType: "application/json" })
          }).pipe(previews.admit),
        )
    }),
  )

/** Probes a client that waits by interim answers (RFC 9110, 15.2), which HTTP/1.0 has not. */
const probeByInterim = (response: ServerResponse): void => {
  if (response.req.httpVersion === "1.0") return
  noticeGone(response, () => {
    if (!response.headersSent && !response.destroyed) response.writeProcessing()
  })
}

/** As the router reads the type of other bodies; without one it is JSON. */
const isJson = /^application\/json\s*(?:;|$)/i

const decodeShape = Schema.decodeUnknownEffect(PreviewRequest)
