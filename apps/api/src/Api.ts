import * as NodeServices from "@effect/platform-node/NodeServices"
import { openApi, OperatorApi } from "@lead-gateway/api-contract"
import type { ApiSettings } from "@lead-gateway/config"
import { handlerOf, listen } from "@lead-gateway/runtime"
import { type Duration, Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { dispatch } from "./dispatch.ts"
import { makeIntake } from "./Intake.ts"
import { operationsHandlers, type ProcessInfo } from "./OperationsHandlers.ts"
import { operatorAuth } from "./Secrets.ts"
import { StatsHandlers } from "./StatsHandlers.ts"

/** How the api serves. */
export interface ApiOptions {
  readonly api: ApiSettings
  readonly info: ProcessInfo
  readonly shutdownTimeout: Duration.Duration
}

/**
 * Serves the whole HTTP api until the scope closes; returns the address in use.
 *
 * Webhooks go straight to intake, everything else through the router.
 */
export const serve = Effect.fnUntraced(function* ({ api, info, shutdownTimeout }: ApiOptions) {
  const routes = Layer.mergeAll(
    HttpApiBuilder.layer(OperatorApi).pipe(
      Layer.provide([StatsHandlers, operationsHandlers(info)]),
      Layer.provide(operatorAuth(Option.map(api.auth, (auth) => auth.operatorTokens))),
      Layer.provide([HttpServer.layerServices, NodeServices.layer]),
    ),
    HttpRouter.add("GET", "/openapi.json", HttpServerResponse.jsonUnsafe(openApi)),
  )
  const router = yield* handlerOf(routes)
  const intake = yield* makeIntake({
    maxBodyBytes: api.maxBodyBytes,
    sharedSecrets: Option.map(api.auth, (auth) => auth.sharedSecrets),
  })
  return yield* listen({ host: api.host, port: api.port, shutdownTimeout }, dispatch({ intake, router }))
})
