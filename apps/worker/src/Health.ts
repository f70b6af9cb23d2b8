import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { handlerOf, type HttpListenerOptions, listen } from "@lead-gateway/runtime"
import { Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

const ok = HttpServerResponse.text("OK")

const routes = HttpRouter.addAll([
  HttpRouter.route("GET", "/livez", ok),
  HttpRouter.route(
    "GET",
    "/readyz",
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const ready =
        (yield* database.isReady) && (yield* Effect.isSuccess(Effect.timeout(database.ping, patience)))
      if (ready) return ok
      const correlation_id = yield* CurrentCorrelationId
      return HttpServerResponse.jsonUnsafe({ error: "not ready: database", correlation_id }, { status: 503 })
    }),
  ),
])

/** A database that takes longer than this is down for whoever asks. */
const patience = Duration.seconds(2)

/** The worker's own health routes: `/livez` while the process runs, `/readyz` while it can reach Postgres. */
export const layer = (options: HttpListenerOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { port } = yield* listen(options, yield* handlerOf(routes))
      yield* Effect.annotateLogs(Effect.logInfo("health routes are served"), { port })
    }),
  )
