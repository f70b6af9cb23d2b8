import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import {
  customerSettings,
  databaseSettings,
  fileSettings,
  loggingSettings,
  processSettings,
  queueSettings,
  retentionSettings,
  Settings,
  traceSettings,
  workerSettings,
} from "@lead-gateway/config"
import { loadWithFlow, logPolicy, logWarnings } from "@lead-gateway/config/flow"
import type { CustomerOptionsInvalid } from "@lead-gateway/customer-client"
import { queueLayer } from "@lead-gateway/lead-queue"
import { LeadDatabase, type Migrations } from "@lead-gateway/lead-store"
import {
  handlerOf,
  type HttpListenerOptions,
  listen,
  type ListenFailed,
  runService,
} from "@lead-gateway/runtime"
import { Duration, Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import * as ConfiguredWorker from "./ConfiguredWorker.ts"

/** Every setting of the worker, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
  queue: queueSettings,
  worker: workerSettings,
  customer: customerSettings,
  files: fileSettings,
  retention: retentionSettings,
  logging: loggingSettings,
  traces: traceSettings,
  process: processSettings,
})

/** The worker's own health routes: `/livez` while the process runs, `/readyz` while Postgres answers and accepts writes. */
const healthRoutes = (options: HttpListenerOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const routes = HttpRouter.addAll([
        HttpRouter.route("GET", "/livez", HttpServerResponse.text("OK")),
        HttpRouter.route("GET", "/readyz", readiness),
      ])
      const { port } = yield* listen(options, yield* handlerOf(routes))
      yield* Effect.annotateLogs(Effect.logInfo("health routes are served"), { port })
    }),
  )

const readiness = Effect.gen(function* () {
  const database = yield* LeadDatabase
  // A database that takes longer counts as down.
  const ping = Effect.timeout(database.ping, Duration.seconds(2))
  const answers = (yield* database.isReady) && (yield* Effect.isSuccess(ping))
  const refusal = yield* database.refusal
  if (answers && Option.isNone(refusal)) return HttpServerResponse.text("OK")
  const correlation_id = yield* CurrentCorrelationId
  const refused = answers && Option.isSome(refusal) ? ` refuses writes (${refusal.value})` : ""
  const error = `not ready: database${refused}`
  return HttpServerResponse.jsonUnsafe({ error, correlation_id }, { status: 503 })
})

/**
 * Runs the worker as a process of its own until it is interrupted.
 *
 * `migrations` is the folder of the SQL files, `config` that of the shipped configuration files, which apply where the
 * operator provides none.
 */
export const worker = (files: {
  readonly migrations: string
  readonly config: string
}): Effect.Effect<
  never,
  | Settings.SettingsInvalid
  | CustomerOptionsInvalid
  | Migrations.MigrationFailed
  | Migrations.SchemaTooNew
  | ListenFailed
> =>
  runService({
    service: "worker",
    load: loadWithFlow(config, { shipped: files.config }),
    main: Effect.fnUntraced(function* (settings) {
      const { customer, database, flow, policy, process, queue, retention, worker } = settings
      yield* logWarnings(flow)
      yield* logPolicy(policy)
      const Database = LeadDatabase.layer({
        ...database,
        migrations: files.migrations,
        applicationName: "lead-gateway-worker",
      })
      const App = Layer.mergeAll(
        ConfiguredWorker.layer({ flow, policy, customer, worker, process, retention, isAlone: false }),
        healthRoutes({ host: worker.host, port: worker.port, shutdownTimeout: process.shutdownTimeout }),
      ).pipe(Layer.provide(queueLayer(queue, { takes: true })), Layer.provideMerge(Database))

      const context = yield* Layer.build(App)
      yield* Effect.provideContext(
        LeadDatabase.use((database) => database.ready),
        context,
      )
      yield* Effect.logInfo("worker is ready")
      return yield* Effect.never
    }),
  })
