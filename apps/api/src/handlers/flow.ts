/** The handler of `GET /api/v1/flow`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import type { LoadedFlow } from "@lead-gateway/config/flow"
import { Flow } from "@lead-gateway/lead-pipeline"
import { DecidedLeads } from "@lead-gateway/lead-store"
import { get, isJsonObject, type Json } from "@lead-gateway/lossless-json"
import { Effect, Record } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"

/** Shows the documents of this process, and by which versions workers have decided lately. */
export const flowHandlers = (flow: LoadedFlow) =>
  HttpApiBuilder.group(
    OperatorApi,
    "flow",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const decided = yield* DecidedLeads
      const isThis = (versions: Json) =>
        isJsonObject(versions) && Flow.parts.every((part) => get(versions, part) === flow.versions[part])

      return handlers.handleAll({
        inForce: () =>
          Effect.map(orUnavailable(decided.versions), (decidedWith) => ({
            documents: Record.map(flow.documents, (document) => document as Json),
            versions: flow.versions,
            constants: flow.constants,
            warnings: flow.warnings.map(({ message, part }) => `${part}: ${message}`),
            decidedWith: decidedWith.map((one) => ({ ...one, isThis: isThis(one.versions) })),
          })),
      })
    }),
  )
