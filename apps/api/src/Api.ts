/** The api: its settings, how it serves, and how it runs as a process of its own. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { openApi, OperatorApi, routes as contract } from "@lead-gateway/api-contract"
import {
  type ApiSettings,
  apiSettings,
  databaseSettings,
  fileSettings,
  largestBodies,
  loggingSettings,
  type MetricsSettings,
  metricsSettings,
  openAccessWarning,
  processSettings,
  productSettings,
  queueSettings,
  type SearchSettings,
  searchSettings,
  Settings,
  traceSettings,
} from "@lead-gateway/config"
import { type LoadedFlow, loadWithFlow, logWarnings } from "@lead-gateway/config/flow"
import { queueLayer } from "@lead-gateway/lead-queue"
import {
  Audit,
  CustomerStates,
  DecidedLeads,
  LeadChanges,
  UnmappedAnswers,
  LeadDatabase,
  LeadIntake,
  LeadLedger,
  LeadList,
  LeadReader,
  LeadReplay,
  type Migrations,
  OperatorTokens,
  SearchKey,
} from "@lead-gateway/lead-store"
import {
  ByteBudget,
  handlerOf,
  listen,
  type ListenFailed,
  makeRequestLog,
  Metrics,
  observeState,
  requestMetrics,
  runService,
  watchProcess,
} from "@lead-gateway/runtime"
import { type Duration, Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { IncomingMessage } from "node:http"
import packageJson from "../package.json" with { type: "json" }
import { makeAdmission } from "./Admission.ts"
import { makeClientAddress } from "./ClientAddress.ts"
import { dispatch, served } from "./dispatch.ts"
import { makeEventHub } from "./EventHub.ts"
import { guardOrigin } from "./guardOrigin.ts"
import { makeHandshakes } from "./handshakes.ts"
import { makeIntake } from "./Intake.ts"
import { observeIntake } from "./IntakeMetrics.ts"
import { auditHandlers } from "./handlers/audit.ts"
import { customersHandlers } from "./handlers/customers.ts"
import { flowHandlers } from "./handlers/flow.ts"
import { KnownKeys } from "./handlers/histories.ts"
import { leadsHandlers } from "./handlers/leads.ts"
import { operationsHandlers, type ProcessInfo } from "./handlers/operations.ts"
import { previewHandlers } from "./handlers/preview.ts"
import { replaysHandlers } from "./handlers/replays.ts"
import { statsHandlers } from "./handlers/stats.ts"
import { tokensHandlers } from "./handlers/tokens.ts"
import { unmappedHandlers } from "./handlers/unmapped.ts"
import { makeBodyReader } from "./RequestBody.ts"
import { makeStatistics } from "./Statistics.ts"
import type { IsKnownKey } from "./maskLead.ts"
import { operatorAuth } from "./OperatorAccess.ts"
import { makeSenderRate } from "./SenderRate.ts"
import { makeSenderVerification } from "./SenderVerification.ts"

/** Every setting of the api, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
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

/** Where and how the api serves. */
export interface ApiOptions {
  readonly api: ApiSettings
  readonly metrics: MetricsSettings
  readonly info: ProcessInfo
  /** How leads are found by e-mail and phone; without a key in the settings unless set. */
  readonly search?: SearchSettings
  /** The documents in force, for operators to see and to compare drafts with. The api decides on no lead. */
  readonly flow: LoadedFlow
  readonly shutdownTimeout: Duration.Duration
  /** Which keys of leads viewers may see, by the documents in force; none unless set. */
  readonly knownKeys?: IsKnownKey
}

/**
 * Serves the whole HTTP api until the scope closes; returns the address in use.
 *
 * Webhooks go straight to intake, everything else through the router, once their origin is checked. Logs a warning, which `/health/deep` shows too,
 * where everybody who reaches the port may do everything.
 */
export const serve = Effect.fnUntraced(function* (options: ApiOptions) {
  const {
    api,
    flow,
    info,
    knownKeys = () => false,
    search = { key: Option.none() },
    shutdownTimeout,
  } = options
  const warnings = Option.toArray(openAccessWarning(api))
  for (const warning of warnings) yield* Effect.logWarning(warning)
  const leadIntake = yield* LeadIntake
  const admission = makeAdmission(leadIntake)
  const statistics = yield* makeStatistics(options.metrics.statsCacheTtl)
  const metrics = yield* Metrics
  observeIntake(metrics, admission.counts, leadIntake)
  observeState(metrics, statistics)
  yield* watchProcess(info)
  const health = {
    ...info,
    warnings,
    statistics,
    metricsTokens: options.metrics.tokens,
    intake: admission.counts,
    isIntakeBusy: leadIntake.isBusy,
  }
  const events = yield* Effect.provide(makeEventHub, LeadChanges.layer)
  const leads = leadsHandlers(events).pipe(
    Layer.provide([LeadList.layer, LeadLedger.layer, SearchKey.layer(search)]),
  )
  const routes = Layer.mergeAll(
    HttpApiBuilder.layer(OperatorApi).pipe(
      Layer.provide([statsHandlers, leads, tokensHandlers, auditHandlers, operationsHandlers(health)]),
      Layer.provide([
        replaysHandlers,
        customersHandlers,
        previewHandlers(flow),
        flowHandlers(flow),
        unmappedHandlers,
      ]),
      Layer.provide(Layer.succeed(LeadReader, statistics.reader)),
      Layer.provide(Layer.succeed(KnownKeys, knownKeys)),
      Layer.provide(operatorAuth(api.auth)),
      Layer.provide([HttpServer.layerServices, NodeServices.layer]),
    ),
    // The one answer that shows nothing of leads or of this process.
    HttpRouter.add(
      "GET",
      "/openapi.json",
      HttpServerResponse.jsonUnsafe(openApi, { headers: { "cache-control": "public, max-age=300" } }),
    ),
  )
  const { maxBodyBytes: maxBytes, maxBytesInFlight, maxConnections } = api.limits
  const budget = ByteBudget.make(
    Option.getOrElse(maxBytesInFlight, () => Math.max(ByteBudget.defaultLimit(), largestBodies * maxBytes)),
  )
  const router = yield* handlerOf(routes, { budget, maxBodyBytes: maxBytes })
  const intake = yield* makeIntake({
    admission,
    bodies: makeBodyReader({ maxBytes, budget }),
    senderWaitMs: Option.getOrUndefined(senderLimit(api)),
    verification: makeSenderVerification(api.auth),
    senders: api.senders,
    maxBodyBytes: maxBytes,
  })
  const handshake = makeHandshakes(api.auth)
  const handler = yield* guardOrigin(api, dispatch({ intake, handshake, router }))
  const address = yield* listen(
    {
      observers: [
        yield* makeRequestLog({
          isIntake: (route) => pathsOf.intake.has(route),
          isProbe: (route) => pathsOf.operations.has(route),
        }),
        requestMetrics(metrics, served),
      ],
      host: api.host,
      port: api.port,
      shutdownTimeout,
      maxConnections: Option.getOrUndefined(maxConnections),
    },
    handler,
  )
  // Before the listener stops, which waits for responses under way.
  yield* Effect.addFinalizer(() => events.close)
  return address
})

/** How long a sender has to wait, by its address; none without a limit. */
const senderLimit = ({ intakeRateLimit, trustedProxies }: ApiSettings) =>
  Option.map(intakeRateLimit, (limit) => {
    const rate = makeSenderRate(limit)
    const clientAddress = makeClientAddress(trustedProxies)
    return (request: IncomingMessage) => rate.waitMs(clientAddress(request), performance.now())
  })

const pathsOf = {
  intake: new Set<string>(contract.flatMap(({ group, path }) => (group === "intake" ? [path] : []))),
  operations: new Set<string>(contract.flatMap(({ group, path }) => (group === "operations" ? [path] : []))),
}

/**
 * Runs the api as a process of its own until it is interrupted.
 *
 * `migrations` is the folder of the SQL files, `config` that of the shipped configuration files, which apply where the
 * operator provides none.
 */
export const api = ({
  config: shipped,
  migrations,
}: {
  readonly migrations: string
  readonly config: string
}): Effect.Effect<
  never,
  Settings.SettingsInvalid | Migrations.MigrationFailed | Migrations.SchemaTooNew | ListenFailed
> =>
  runService({
    service: "api",
    load: loadWithFlow(config, { shipped }),
    main: Effect.fnUntraced(function* ({ api, database, flow, metrics, process, queue, search }) {
      yield* logWarnings(flow)
      const Database = LeadDatabase.layer({ ...database, migrations, applicationName: "lead-gateway-api" })
      const Services = Layer.mergeAll(
        LeadIntake.layer,
        LeadReader.layer,
        LeadReplay.layer,
        OperatorTokens.layer,
        Audit.layer,
        CustomerStates.layer,
        DecidedLeads.layer,
        UnmappedAnswers.layer,
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
          shutdownTimeout: process.shutdownTimeout,
        })
        yield* Effect.annotateLogs(Effect.logInfo("api is listening"), { address, port })
        yield* (yield* LeadDatabase).ready
        yield* Effect.logInfo("api is ready")
        return yield* Effect.never
      }).pipe(Effect.provideContext(services))
    }),
  })
