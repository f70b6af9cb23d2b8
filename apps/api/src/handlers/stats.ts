/** The handlers of `GET /stats/leads/…`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import { LeadReader } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { makeHistories } from "./histories.ts"

/** `GET /stats/leads/…`, read from the store. */
export const statsHandlers = HttpApiBuilder.group(
  OperatorApi,
  "stats",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const reader = yield* LeadReader
    const history = yield* makeHistories

    return handlers.handleAll({
      counts: () => orUnavailable(reader.counts),
      recent: ({ query }) =>
        orUnavailable(reader.recent({ limit: query.limit, before: query.before, status: query.status })),
      history: ({ params }) => history(params.id),
    })
  }),
)
