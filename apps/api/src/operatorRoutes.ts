/** The routes of operators and of health, each group with its handlers. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { openApi, OperatorApi } from "@lead-gateway/api-contract"
import type { SearchSettings } from "@lead-gateway/config"
import type { LoadedFlow } from "@lead-gateway/config/flow"
import { LeadLedger, LeadReader, SearchKey, TestLeads } from "@lead-gateway/lead-store"
import type { Json } from "@lead-gateway/lossless-json"
import { Layer } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { EventHub } from "./EventHub.ts"
import { auditHandlers } from "./handlers/audit.ts"
import { customersHandlers } from "./handlers/customers.ts"
import { flowHandlers } from "./handlers/flow.ts"
import { KnownKeys } from "./handlers/histories.ts"
import { leadsHandlers } from "./handlers/leads.ts"
import { meHandlers } from "./handlers/me.ts"
import { operationsHandlers } from "./handlers/operations.ts"
import { overviewHandlers } from "./handlers/overview.ts"
import { previewHandlers } from "./handlers/preview.ts"
import { processesHandlers } from "./handlers/processes.ts"
import { replaysHandlers } from "./handlers/replays.ts"
import { statsHandlers } from "./handlers/stats.ts"
import { testLeadsHandlers } from "./handlers/testLeads.ts"
import { timelineHandlers } from "./handlers/timeline.ts"
import { tokensHandlers } from "./handlers/tokens.ts"
import { unmappedHandlers } from "./handlers/unmapped.ts"
import type { Identify } from "./Identify.ts"
import { keysOfDocuments } from "./maskLead.ts"
import { operatorAuth } from "./OperatorAccess.ts"
import type { IdentifyClient } from "./OperatorGuesses.ts"
import type { PreviewProcess } from "./preview/PreviewProcess.ts"
import { readFrom } from "./readFrom.ts"
import type { Statistics } from "./Statistics.ts"

/** What the routes are made of, beside the store. */
export interface OperatorRoutesOptions {
  readonly identify: Identify
  readonly identifyClient: IdentifyClient
  readonly flow: LoadedFlow
  readonly search: SearchSettings
  readonly events: EventHub
  readonly preview: PreviewProcess
  readonly health: Parameters<typeof operationsHandlers>[0] & { readonly statistics: Statistics }
}

/** All routes but the webhook's. Viewers see the keys of leads that the documents in force name. */
export const operatorRoutes = ({
  events,
  flow,
  health,
  identify,
  identifyClient,
  preview,
  search,
}: OperatorRoutesOptions) => {
  const ledger = Layer.succeed(LeadLedger, health.statistics.ledger)
  const leads = leadsHandlers(events, flow).pipe(Layer.provide([ledger, SearchKey.layer(search)]))
  const api = HttpApiBuilder.layer(OperatorApi).pipe(
    Layer.provide([statsHandlers, leads, tokensHandlers, auditHandlers, operationsHandlers(health)]),
    Layer.provide([
      replaysHandlers,
      customersHandlers,
      previewHandlers(preview),
      flowHandlers(flow),
      testLeadsHandlers(flow).pipe(Layer.provide(TestLeads.layer)),
      meHandlers,
      overviewHandlers(health).pipe(Layer.provide(ledger)),
      processesHandlers(health.statistics),
      unmappedHandlers,
      timelineHandlers(health.statistics),
    ]),
    Layer.provide(Layer.succeed(LeadReader, health.statistics.reader)),
    Layer.provide(
      Layer.succeed(KnownKeys, keysOfDocuments(Object.values(flow.documents) as ReadonlyArray<Json>)),
    ),
    Layer.provide(operatorAuth(identify, identifyClient)),
    Layer.provide([HttpServer.layerServices, NodeServices.layer]),
  )
  // The one answer that shows nothing of leads or of this process.
  const document = HttpRouter.add(
    "GET",
    "/openapi.json",
    HttpServerResponse.jsonUnsafe(openApi, { headers: { "cache-control": "public, max-age=300" } }),
  )
  return Layer.mergeAll(api, document, readFrom)
}
