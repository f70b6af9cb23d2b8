/** How the api serves HTTP. */
import { routes as contract } from "@lead-gateway/api-contract"
import {
  type ApiSettings,
  largestBodies,
  type MetricsSettings,
  openAccessWarning,
  type SearchSettings,
} from "@lead-gateway/config"
import { deliveryMetadataNames, type LoadedFlow } from "@lead-gateway/config/flow"
import { LeadChanges, LeadIntake, ReadReplica } from "@lead-gateway/lead-store"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import {
  ByteBudget,
  handlerOf,
  listen,
  makeRequestLog,
  Metrics,
  observeState,
  requestMetrics,
  watchProcess,
} from "@lead-gateway/runtime"
import { type Duration, Effect, Option } from "effect"
import { makeAdmission } from "./Admission.ts"
import type { BuiltFile } from "./console/ConsoleFiles.ts"
import { makeConsole } from "./console/handlers.ts"
import { dispatch, served } from "./dispatch.ts"
import { makeEventHub } from "./EventHub.ts"
import { guardOrigin } from "./guardOrigin.ts"
import type { ProcessInfo } from "./handlers/operations.ts"
import { makeHandshakes } from "./handshakes.ts"
import { makeIdentify } from "./Identify.ts"
import { makeIntake } from "./Intake.ts"
import { observeIntake } from "./IntakeMetrics.ts"
import { limitGuesses } from "./OperatorGuesses.ts"
import { operatorRoutes } from "./operatorRoutes.ts"
import { makePreviewProcess, type PreviewProgram } from "./preview/PreviewProcess.ts"
import { makeReference } from "./reference/handlers.ts"
import { observeReplica } from "./ReplicaMetrics.ts"
import { makeBodyReader } from "./RequestBody.ts"
import { makeSenderLimit } from "./SenderLimit.ts"
import { makeSenderVerification } from "./SenderVerification.ts"
import { makeStatistics } from "./Statistics.ts"

/** What a request of an operator may hold at most, each as long as a webhook: a payload and the four documents of a flow. */
const documentsAtOnce = 5

/** Where and how the api serves. */
export interface ApiOptions {
  readonly api: ApiSettings
  readonly metrics: MetricsSettings
  readonly info: ProcessInfo
  /** The program of the page at `/docs`, compressed or not; without one there is no such page. */
  readonly reference?: string
  /** Loads the files of the web console; without it there is none. */
  readonly console?: (() => Promise<ReadonlyArray<BuiltFile>>) | undefined
  /** The program of the process that previews run in. */
  readonly preview: PreviewProgram
  /** How leads are found by e-mail and phone; without a key in the settings unless set. */
  readonly search?: SearchSettings
  /** The documents in force, for operators to see and to compare drafts with. The api decides on no lead. */
  readonly flow: LoadedFlow
  readonly shutdownTimeout: Duration.Duration
}

/**
 * Serves the whole HTTP api until the scope closes; returns the address in use.
 *
 * Webhooks go straight to intake, everything else through the router, once their origin is checked. Logs a warning, which
 * `/health/deep` shows too, where everybody who reaches the port may do everything.
 */
export const serve = Effect.fnUntraced(function* (options: ApiOptions) {
  const { api, flow, info, search = { key: Option.none() }, shutdownTimeout } = options
  const warnings = Option.toArray(openAccessWarning(api))
  for (const warning of warnings) yield* Effect.logWarning(warning)
  const leadIntake = yield* LeadIntake
  const admission = makeAdmission(leadIntake)
  const statistics = yield* makeStatistics(options.metrics.statsCacheTtl)
  const metrics = yield* Metrics
  observeIntake(metrics, admission.counts, leadIntake)
  observeState(metrics, statistics)
  const replica = yield* ReadReplica
  observeReplica(metrics, replica)
  yield* watchProcess(info)

  const events = yield* Effect.provide(makeEventHub(statistics.noticeChanges), LeadChanges.layer)
  const preview = yield* makePreviewProcess(options.preview, {
    documents: stringify(flow.documents as Json),
    constants: flow.constants,
    versions: flow.versions,
    deliveryMetadataNames,
  })
  const identify = yield* makeIdentify(api.auth)
  const identifyClient = Option.isSome(api.auth) ? limitGuesses(identify, api) : identify
  const routes = operatorRoutes({
    identify,
    identifyClient,
    flow,
    search,
    events,
    preview,
    health: {
      ...info,
      warnings,
      statistics,
      replica: replica.status,
      metricsTokens: options.metrics.tokens,
      intake: admission.counts,
      isIntakeBusy: leadIntake.isBusy,
    },
  })
  const { maxBodyBytes: maxBytes, maxBytesInFlight, maxConnections } = api.limits
  const budget = ByteBudget.make(
    Option.getOrElse(maxBytesInFlight, () => Math.max(ByteBudget.defaultLimit(), largestBodies * maxBytes)),
  )
  const router = yield* handlerOf(routes, { budget, maxBodyBytes: documentsAtOnce * maxBytes })
  const senderLimit = makeSenderLimit(api)
  const intake = yield* makeIntake({
    admission,
    bodies: makeBodyReader({ maxBytes, budget }),
    senderLimit,
    verification: makeSenderVerification(api.auth),
    senders: api.senders,
    maxBodyBytes: maxBytes,
  })
  const handshake = makeHandshakes(api.auth, senderLimit)
  const handler = yield* guardOrigin(
    api,
    dispatch({
      intake,
      handshake,
      reference: makeReference(options.reference),
      console: makeConsole(options.console, (token, request) =>
        Effect.runPromiseExit(identifyClient(token, request)),
      ),
      router,
    }),
  )
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

const pathsOf = {
  intake: new Set<string>(contract.flatMap(({ group, path }) => (group === "intake" ? [path] : []))),
  operations: new Set<string>(contract.flatMap(({ group, path }) => (group === "operations" ? [path] : []))),
}
