import { NodeHttpServer } from "@effect/platform-node"
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Handler } from "./HttpListener.ts"

/**
 * Turns a router's layer into a {@link Handler}.
 *
 * A path that no route has is answered 404, a defect 500 and logged: like every error with a short text and
 * the request's correlation id. Build it in a scope that outlives the listener's.
 */
export const handlerOf = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const app = yield* HttpRouter.toHttpEffect(routes)
    const answered = Effect.catchCause(app, (cause) => {
      const notFound = cause.reasons.some((reason) => reason._tag === "Fail" && isRouteNotFound(reason.error))
      return notFound
        ? errorResponse(404, "not found")
        : Effect.andThen(
            Effect.logError("request failed", cause),
            errorResponse(500, "internal server error"),
          )
    })
    return (yield* NodeHttpServer.makeHandler(answered, { scope })) satisfies Handler
  })

/** An error's answer: its short text and the request's correlation id. */
export const errorResponse = (
  status: number,
  error: string,
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
    HttpServerResponse.jsonUnsafe({ error, correlation_id: request.headers["x-correlation-id"] }, { status }),
  )

const isRouteNotFound = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  "reason" in error &&
  (error.reason as { readonly _tag?: unknown })._tag === "RouteNotFound"
