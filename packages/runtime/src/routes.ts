import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CurrentCorrelationId, withErrorBodies } from "@lead-gateway/api-contract"
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import type { Handler } from "./HttpListener.ts"

/**
 * Turns a router's layer into a {@link Handler}.
 *
 * Every failure is answered with an error's body, and the request's correlation id is on its logs. Build it in
 * a scope that outlives the listener's.
 */
export const handlerOf = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const app = yield* HttpRouter.toHttpEffect(routes)
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
      handle(request, response)
    }
    return handler
  })
