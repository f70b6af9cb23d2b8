import { routes } from "@lead-gateway/api-contract"
import { type BrowserSettings, isLoopbackAddress } from "@lead-gateway/config"
import { type Handler, type HttpResponse, respond, securityHeaders } from "@lead-gateway/runtime"
import { Effect } from "effect"
import { lookup } from "node:dns/promises"
import type { IncomingMessage } from "node:http"
import * as Answer from "./Answer.ts"
import { makeOriginCheck } from "./RequestOrigin.ts"

/** Where the api listens, and who may use it from a browser. */
export interface GuardOptions extends BrowserSettings {
  readonly host: string
}

/**
 * Puts the check of `Host`, `Origin` and `Sec-Fetch-Site` before a handler: 421 and 403 are answered before anything
 * else is looked at, and nothing of the body is read.
 *
 * Pages of allowed origins (CORS) get answers that they may read, errors too, and their preflights are answered here.
 */
export const guardOrigin = Effect.fnUntraced(function* (options: GuardOptions, handler: Handler) {
  const { allowedHosts, corsOrigins } = options
  const onLoopback = yield* listensOnLoopback(options.host)
  const check = makeOriginCheck({ allowedHosts, corsOrigins, onLoopback })
  const hasCors = corsOrigins.length > 0

  const refuse = (response: HttpResponse, answer: Answer.Answer): void => {
    response.facts.reason = answer.reason
    respond(response, answer)
  }

  const guarded: Handler = (request, response, correlationId) => {
    const verdict = check(request)
    if (hasCors && request.method !== "POST") varyByOrigin(response)
    switch (verdict) {
      case "Own":
        return handler(request, response, correlationId)
      case "AllowedOrigin":
        allow(request, response)
        return isPreflight(request)
          ? answerPreflight(request, response)
          : handler(request, response, correlationId)
      case "UnknownHost":
        return refuse(response, Answer.unknownHost)
      case "CrossSite":
        return refuse(response, Answer.crossSiteRequest)
    }
  }
  return guarded
})

/** Whether a host to listen on is a loopback address, or a name of one: Node listens on the first that is found. */
const listensOnLoopback = (host: string): Effect.Effect<boolean> =>
  Effect.tryPromise(() => lookup(host)).pipe(
    Effect.map(({ address }) => isLoopbackAddress(address)),
    // Then the api cannot listen there either.
    Effect.orElseSucceed(() => true),
  )

/** Caches must not answer one page with what another one got. What answers a POST is not stored by any. */
const varyByOrigin = (response: HttpResponse): void => {
  response.setHeader("Vary", "Origin")
}

const allow = (request: IncomingMessage, response: HttpResponse): void => {
  varyByOrigin(response)
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "")
  response.setHeader("Access-Control-Expose-Headers", "X-Correlation-ID, Retry-After, X-Read-From")
}

const isPreflight = ({ headers, method }: IncomingMessage): boolean =>
  method === "OPTIONS" && headers["access-control-request-method"] !== undefined

/** The methods and headers of the whole contract, for every path: the routes themselves refuse what they do not support. */
const allowedMethods = [...new Set(["GET", "HEAD", ...routes.map(({ method }) => method)])].join(", ")
const allowedHeaders = [
  "Authorization",
  "Content-Type",
  "Content-Encoding",
  "Idempotency-Key",
  "Last-Event-ID",
  "X-Correlation-ID",
  "X-Shared-Secret",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "traceparent",
  "tracestate",
].join(", ")

/** Fetch standard, 3.2.2. Kept for two hours, the longest that Chromium keeps one. */
const answerPreflight = (request: IncomingMessage, response: HttpResponse): void => {
  response.writeHead(204, {
    ...securityHeaders,
    "X-Correlation-ID": response.correlationId,
    "Access-Control-Allow-Methods": allowedMethods,
    "Access-Control-Allow-Headers": allowedHeaders,
    "Access-Control-Max-Age": "7200",
    // A page of the public web that asks for a private address (Private Network Access).
    ...(request.headers["access-control-request-private-network"] === "true"
      ? { "Access-Control-Allow-Private-Network": "true" }
      : {}),
  })
  response.end()
}
