/** Makes a handler of an `HttpRouter`. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CurrentCorrelationId, withErrorBodies } from "@lead-gateway/api-contract"
import { ByteSize, Effect, Equal, type Layer } from "effect"
import { type FindMyWay, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as ByteBudget from "./ByteBudget.ts"
import type { Handler } from "./HttpListener.ts"
import type { HttpResponse } from "./HttpResponse.ts"
import { withoutSteering } from "./internal/escapeSteering.ts"
import { boundAnswers } from "./internal/largeAnswers.ts"
import { oneAtATime } from "./internal/oneAtATime.ts"
import { securityHeaders } from "./internal/securityHeaders.ts"

/** How routers match paths: as they are written. The listener answers 404 to paths with more than one way to read them. */
export const exactPaths: Partial<FindMyWay.RouterConfig> = {
  caseSensitive: true,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
}

/** How a router's answers are bounded. */
export interface RouterHandlerOptions {
  /** Counts the bytes of answers under way, which may hold half of it; a budget of the router's own unless set. */
  readonly budget?: ByteBudget.ByteBudget
  /** The bytes of a request's body, at most; 413 beyond. 1 MiB unless set. */
  readonly maxBodyBytes?: number
}

/**
 * Turns a router's layer into a {@link Handler}.
 *
 * Every failure is answered with the body of all errors, and what the router logs carries the request's correlation id.
 * JSON holds nothing that steers a terminal, but its escape.
 * Answers are not stored by caches, and no page but our own may use them, unless a route says otherwise. The requests of one connection are handled one at a
 * time, and an answer that the budget has no room for is 503. Build it in a scope that outlives the listener's.
 */
export const handlerOf = <A, E, R>(routes: Layer.Layer<A, E, R>, options: RouterHandlerOptions = {}) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const app = yield* Effect.provideService(
      HttpRouter.toHttpEffect(routes),
      HttpRouter.RouterConfig,
      exactPaths,
    )
    const maxBodySize = ByteSize.bytes(options.maxBodyBytes ?? 1024 ** 2)
    const bound = boundAnswers(options.budget ?? ByteBudget.make(ByteBudget.defaultLimit()))
    const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      // When a reader goes, Effect compares errors that hold the request, the answer and all that belongs to them.
      Equal.byReferenceUnsafe(request)
      const response = NodeHttpServerRequest.toServerResponse(request) as HttpResponse
      const id = String(response.getHeader("X-Correlation-ID"))
      return withErrorBodies(app).pipe(
        Effect.map((answer) => bound(withoutSteering(answer), response) ?? tooMuchUnderWay(id)),
        Effect.provideService(CurrentCorrelationId, id),
        Effect.provideService(HttpServerRequest.MaxBodySize, maxBodySize),
        Effect.annotateLogs(annotationsOf(id, response)),
      )
    })
    const handle = yield* NodeHttpServer.makeHandler(answer, { scope })
    return oneAtATime((request, response, correlationId) => {
      response.setHeader("X-Correlation-ID", correlationId)
      for (const name in securityHeaders) response.setHeader(name, securityHeaders[name] ?? "")
      handle(request, response)
    }) satisfies Handler
  })

const annotationsOf = (correlation_id: string, { facts: { trace } }: HttpResponse) =>
  trace === undefined ? { correlation_id } : { correlation_id, trace_id: trace.traceId }

const tooMuchUnderWay = (correlation_id: string) =>
  HttpServerResponse.jsonUnsafe(
    { error: "too many bytes of answers under way (MAX_BYTES_IN_FLIGHT)", correlation_id },
    { status: 503, headers: { "retry-after": "5" } },
  )
