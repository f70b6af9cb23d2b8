import {
  customerSettings,
  databaseSettings,
  fileSettings,
  loggingSettings,
  metricsSettings,
  processSettings,
  queueSettings,
  retentionSettings,
  searchSettings,
  Settings,
  traceSettings,
  workerSettings,
} from "@lead-gateway/config"
import { loadWithFlow, logPolicy, logWarnings } from "@lead-gateway/config/flow"
import type { CustomerOptionsInvalid } from "@lead-gateway/customer-client"
import { queueLayer } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadReader, type Migrations, processName } from "@lead-gateway/lead-store"
import { type ListenFailed, runService } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import packageJson from "../package.json" with { type: "json" }
import * as ConfiguredWorker from "./ConfiguredWorker.ts"
import * as OperationsServer from "./OperationsServer.ts"

/** Every setting of the worker, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
  queue: queueSettings,
  worker: workerSettings,
  customer: customerSettings,
  files: fileSettings,
  retention: retentionSettings,
  metrics: metricsSettings,
  search: searchSettings,
  logging: loggingSettings,
  traces: traceSettings,
  process: processSettings,
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
      const { customer, database, flow, metrics, policy, process, queue, retention, search, worker } =
        settings
      yield* logWarnings(flow)
      yield* logPolicy(policy)
      const Database = LeadDatabase.layer({
        ...database,
        migrations: files.migrations,
        applicationName: processName("lead-gateway-worker", packageJson.version),
      })
      const Services = Layer.mergeAll(LeadReader.layer, queueLayer(queue, { takes: true })).pipe(
        Layer.provideMerge(Database),
      )
      const Port = OperationsServer.layer({
        host: worker.host,
        port: worker.port,
        shutdownTimeout: process.shutdownTimeout,
        metrics,
        version: packageJson.version,
      })
      // What is provided closes later: the port answers until the worker has drained.
      const App = ConfiguredWorker.layer({
        flow,
        policy,
        customer,
        worker,
        process,
        retention,
        search,
        isAlone: false,
      }).pipe(Layer.provideMerge(Port), Layer.provideMerge(Services))

      const context = yield* Layer.build(App)
      yield* Effect.provideContext(
        LeadDatabase.use((database) => database.ready),
        context,
      )
      yield* Effect.logInfo("worker is ready")
      return yield* Effect.never
    }),
  })
