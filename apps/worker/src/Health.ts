import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { handlerOf, type HttpListenerOptions, listen } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

const ok = HttpServerResponse.text("OK")

const routes = HttpRouter.addAll([
  HttpRouter.route("GET", "/livez", ok),
  HttpRouter.route(
    "GET",
    "/readyz",
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const ready = (yield* database.isReady) && (yield* Effect.isSuccess(database.ping))
      if (ready) return ok
      const correlation_id = yield* CurrentCorrelationId
      return HttpServerResponse.jsonUnsafe(
        { error: "database is not available", correlation_id },
        { status: 503 },
      )
    }),
  ),
])

/** The worker's own health routes: `/livez` while the process runs, `/readyz` while it can reach Postgres. */
export const layer = (options: HttpListenerOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { port } = yield* listen(options, yield* handlerOf(routes))
      yield* Effect.annotateLogs(Effect.logInfo("health routes are served"), { port })
    }),
  )
