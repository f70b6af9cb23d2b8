/** Makes a handler of an `HttpRouter`. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CurrentCorrelationId, withErrorBodies } from "@lead-gateway/api-contract"
import { Effect, type Layer } from "effect"
import { type FindMyWay, HttpRouter, HttpServerRequest } from "effect/http"
import type { Handler } from "./HttpListener.ts"

/** How routers match paths: as they are written. The listener answers 404 to paths with more than one way to read them. */
export const exactPaths: Partial<FindMyWay.RouterConfig> = {
  caseSensitive: true,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
}

/**
 * Turns a router's layer into a {@link Handler}.
 *
 * Every failure is answered with the body of all errors, and what the router logs carries the request's correlation id.
 * Answers are not stored by caches unless a route says otherwise. Build it in a scope that outlives the listener's.
 */
export const handlerOf = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const app = yield* Effect.provideService(
      HttpRouter.toHttpEffect(routes),
      HttpRouter.RouterConfig,
      exactPaths,
    )
    const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const id = String(NodeHttpServerRequest.toServerResponse(request).getHeader("X-Correlation-ID"))
      return withErrorBodies(app).pipe(
        Effect.provideService(CurrentCorrelationId, id),
        Effect.annotateLogs("correlation_id", id),
      )
    })
    const handle = yield* NodeHttpServer.makeHandler(answer, { scope })
    const handler: Handler = (request, response, correlationId) => {
      response.setHeader("X-Correlation-ID", correlationId)
      response.setHeader("Cache-Control", "no-store")
      handle(request, response)
    }
    return handler
  })
