/** The api: its settings, and how it runs as a process of its own. */
import {
  apiSettings,
  databaseSettings,
  fileSettings,
  loggingSettings,
  metricsSettings,
  processSettings,
  productSettings,
  queueSettings,
  readReplicaSettings,
  searchSettings,
  Settings,
  traceSettings,
} from "@lead-gateway/config"
import { loadWithFlow, logWarnings } from "@lead-gateway/config/flow"
import { queueLayer } from "@lead-gateway/lead-queue"
import {
  Audit,
  CustomerStates,
  LeadDatabase,
  LeadIntake,
  leadReads,
  LeadReplay,
  type Migrations,
  OperatorTokens,
  processName,
} from "@lead-gateway/lead-store"
import { type ListenFailed, runService } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import packageJson from "../package.json" with { type: "json" }
import { consolePaths } from "./console/paths.ts"
import type { PreviewProgram } from "./preview/PreviewProcess.ts"
import { type ApiOptions, serve } from "./serve.ts"

/** Every setting of the api, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
  replica: readReplicaSettings,
  queue: queueSettings,
  customer: productSettings,
  files: fileSettings,
  api: apiSettings,
  metrics: metricsSettings,
  search: searchSettings,
  logging: loggingSettings,
  traces: traceSettings,
  process: processSettings,
})

/**
 * Runs the api as a process of its own until it is interrupted.
 *
 * `migrations` is the folder of the SQL files, `config` that of the shipped configuration files, which apply where the
 * operator provides none, `reference` the program of the page at `/docs`, `console` loads the files of the web console, `preview` that of the process for previews.
 */
export const api = ({
  config: shipped,
  migrations,
  preview,
  reference,
  console,
}: {
  readonly migrations: string
  readonly config: string
  readonly preview: PreviewProgram
  readonly reference: string
  readonly console: ApiOptions["console"]
}): Effect.Effect<
  never,
  Settings.SettingsInvalid | Migrations.MigrationFailed | Migrations.SchemaTooNew | ListenFailed
> =>
  runService({
    service: "api",
    load: loadWithFlow(config, { shipped }),
    main: Effect.fnUntraced(function* ({ api, database, flow, metrics, process, queue, replica, search }) {
      yield* logWarnings(flow)
      const primary = { ...database, applicationName: processName("lead-gateway-api", packageJson.version) }
      const Database = LeadDatabase.layer({ ...primary, migrations })
      const Services = Layer.mergeAll(
        LeadIntake.layer,
        leadReads({ primary, replica }),
        LeadReplay.layer,
        OperatorTokens.layer,
        Audit.layer,
        CustomerStates.layer,
        queueLayer(queue, { takes: false }),
      ).pipe(Layer.provideMerge(Database))

      const services = yield* Layer.build(Services)
      return yield* Effect.gen(function* () {
        const { address, port } = yield* serve({
          api,
          metrics,
          flow,
          info: { version: packageJson.version, queueType: queue.type },
          search,
          preview,
          reference,
          console,
          shutdownTimeout: process.shutdownTimeout,
        })
        yield* Effect.annotateLogs(Effect.logInfo("api is listening"), {
          address,
          port,
          ...(console === undefined ? {} : { console: consolePaths.overview }),
        })
        yield* (yield* LeadDatabase).ready
        yield* Effect.logInfo("api is ready")
        return yield* Effect.never
      }).pipe(Effect.provideContext(services))
    }),
  })
