import { type ApiOptions, type PreviewProgram, serve } from "@lead-gateway/api"
import { loadWithFlow, logPolicy, logWarnings } from "@lead-gateway/config/flow"
import { queueLayer } from "@lead-gateway/lead-queue"
import {
  Audit,
  CustomerStates,
  LeadDatabase,
  LeadIntake,
  leadReads,
  LeadReplay,
  OperatorTokens,
  processName,
} from "@lead-gateway/lead-store"
import { ProcessStop, type ProcessStopShape, runService } from "@lead-gateway/runtime"
import { ConfiguredWorker } from "@lead-gateway/worker"
import { Duration, Effect, Layer, Option } from "effect"
import packageJson from "../../package.json" with { type: "json" }
import { banner, print, urlOf } from "./banner.ts"
import { chooseDatabase } from "../Database.ts"
import { config } from "./Config.ts"
import { chooseCustomer } from "./Customer.ts"

/**
 * Api, worker and an embedded Postgres in one process, until it is interrupted.
 *
 * `migrations` is the folder of the SQL files, `config` that of the configuration files that are used where the operator
 * has none, `reference` the program of the page at `/docs`, `preview` that of the process for previews.
 */
export const gateway = (files: {
  readonly migrations: string
  readonly config: string
  readonly preview: PreviewProgram
  readonly reference: string
  readonly console: ApiOptions["console"]
}) =>
  runService({
    service: "gateway",
    load: loadWithFlow(config, { shipped: files.config }),
    // Resources close in reverse order: the api stops first, then the worker drains, then Postgres stops.
    main: Effect.fnUntraced(function* ({
      api,
      customer,
      database,
      dataDirectory,
      flow,
      metrics,
      policy,
      process,
      queue,
      replica,
      retention,
      search,
      worker,
    }) {
      yield* logWarnings(flow)
      yield* logPolicy(policy)
      const { connection, data, died } = yield* chooseDatabase(database.connection, dataDirectory, {
        restart: { giveUpAfter: "5 minutes" },
        stopTimeout: timeToStop(yield* ProcessStop, process.shutdownTimeout),
      })
      yield* Effect.addFinalizer(() => Effect.logInfo("closing the database"))
      const target = yield* chooseCustomer(customer)

      const applicationName = processName("lead-gateway", packageJson.version)
      const primary = { connection, pool: database.pool, applicationName }
      const { migrateOnStart } = database
      const Database = LeadDatabase.layer({ ...primary, migrations: files.migrations, migrateOnStart })
      const Services = Layer.mergeAll(
        LeadIntake.layer,
        leadReads({ primary, replica }),
        LeadReplay.layer,
        OperatorTokens.layer,
        Audit.layer,
        CustomerStates.layer,
        queueLayer(queue, { takes: true }),
      ).pipe(Layer.provideMerge(Database))
      const Delivery = ConfiguredWorker.layer({
        flow,
        policy,
        customer: target.customer,
        worker,
        process,
        retention,
        search,
        // Only this process uses the embedded database.
        isAlone: Option.isNone(database.connection),
      })
      const context = yield* Layer.build(Layer.provideMerge(Delivery, Services))

      const run = Effect.gen(function* () {
        const address = yield* serve({
          api,
          metrics,
          flow,
          info: { version: packageJson.version, queueType: queue.type },
          search,
          preview: files.preview,
          reference: files.reference,
          console: files.console,
          // Webhooks take milliseconds; the other half is for deliveries.
          shutdownTimeout: Duration.times(process.shutdownTimeout, 0.5),
        })
        yield* Effect.addFinalizer(() => Effect.logInfo("closing the api"))
        yield* LeadDatabase.use(({ ready }) => ready)
        yield* Effect.logInfo("gateway is ready")
        yield* print(
          banner({
            url: urlOf(address),
            data,
            customer: target.description,
            authEnabled: Option.isSome(api.auth),
          }),
        )
        return yield* Effect.never
      })
      return yield* Effect.provideContext(Effect.raceFirst(run, died), context)
    }),
  })

/**
 * What is left for a fast shutdown of Postgres when everything else has stopped: until 3 s after `SHUTDOWN_TIMEOUT`, at
 * least 1 s. An immediate one follows, and the process ends in time.
 */
const timeToStop =
  ({ beganAtMs }: ProcessStopShape, shutdownTimeout: Duration.Duration) =>
  () => {
    const usedMs = performance.now() - (beganAtMs() ?? performance.now())
    return Duration.millis(Math.max(1000, Duration.toMillis(shutdownTimeout) + 3000 - usedMs))
  }
