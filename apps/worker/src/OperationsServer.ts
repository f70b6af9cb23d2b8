/** The worker's own port: `/livez`, `/readyz` and `/metrics`. */
import { PgClient } from "@effect/sql-pg"
import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import type { MetricsSettings } from "@lead-gateway/config"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadReader, readStoreState } from "@lead-gateway/lead-store"
import {
  answerMetrics,
  handlerOf,
  type HttpListenerOptions,
  listen,
  Metrics,
  observeState,
  ProcessStop,
  requestMetrics,
  shareFor,
  watchProcess,
} from "@lead-gateway/runtime"
import { Duration, Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

/** Where it listens, who may scrape, and the version that metrics show. */
export interface OperationsServerOptions extends Pick<
  HttpListenerOptions,
  "host" | "port" | "shutdownTimeout"
> {
  readonly metrics: MetricsSettings
  readonly version: string
}

const paths = ["/livez", "/readyz", "/metrics"] as const

/**
 * Serves `/livez` while the process runs, `/readyz` while Postgres answers and accepts writes and the process is not told
 * to stop, and `/metrics`.
 *
 * Build the worker on top of it: then the port closes when the worker has drained.
 */
export const layer = (options: OperationsServerOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const routes = HttpRouter.addAll([
        HttpRouter.route("GET", "/livez", HttpServerResponse.text("OK")),
        HttpRouter.route("GET", "/readyz", readiness),
        HttpRouter.route("GET", "/metrics", answerMetrics(metrics, options.metrics.tokens)),
      ])
      const share = shareFor(options.metrics.statsCacheTtl)
      const sql = yield* PgClient.PgClient
      observeState(metrics, {
        counts: yield* share((yield* LeadReader).counts),
        state: yield* share(Effect.provideService(readStoreState, PgClient.PgClient, sql)),
        queueDepth: yield* share((yield* LeadQueue).depth),
      })
      yield* watchProcess(options)
      const observer = requestMetrics(
        metrics,
        paths.flatMap((path) => ["GET", "HEAD"].map((method) => ({ method, path }))),
      )
      const { port } = yield* listen({ ...options, observers: [observer] }, yield* handlerOf(routes))
      yield* Effect.annotateLogs(Effect.logInfo("health routes are served"), { port })
    }),
  )

const readiness = Effect.gen(function* () {
  const cause = yield* unready
  if (cause === undefined) return HttpServerResponse.text("OK")
  const correlation_id = yield* CurrentCorrelationId
  return HttpServerResponse.jsonUnsafe({ error: `not ready: ${cause}`, correlation_id }, { status: 503 })
})

/** What the worker waits for; undefined if it is ready. */
const unready = Effect.gen(function* () {
  if ((yield* ProcessStop).beganAtMs() !== undefined) return "stopping"
  const database = yield* LeadDatabase
  // A database that takes longer counts as down.
  const ping = Effect.timeout(database.ping, Duration.seconds(2))
  if (!(yield* database.isReady) || !(yield* Effect.isSuccess(ping))) return "database"
  const refusal = yield* database.refusal
  return Option.isSome(refusal) ? `database refuses writes (${refusal.value})` : undefined
})
