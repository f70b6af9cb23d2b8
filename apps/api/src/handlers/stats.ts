/** The handlers of `GET /stats/leads/…`. */
import { LeadNotFound, OperatorApi } from "@lead-gateway/api-contract"
import { LeadReader } from "@lead-gateway/lead-store"
import { Effect, Option, Semaphore } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"

/** `GET /stats/leads/…`, read from the store. */
export const statsHandlers = HttpApiBuilder.group(
  OperatorApi,
  "stats",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const reader = yield* LeadReader
    const histories = yield* Semaphore.make(historiesAtOnce)

    return handlers.handleAll({
      counts: () => orUnavailable(reader.counts),
      recent: ({ query }) =>
        orUnavailable(reader.recent({ limit: query.limit, before: query.before, status: query.status })),
      history: ({ params }) =>
        Effect.flatMap(
          histories.withPermits(1)(orUnavailable(reader.history(params.id))),
          Option.match({ onNone: () => Effect.fail(new LeadNotFound()), onSome: Effect.succeed }),
        ),
    })
  }),
)

/**
 * A history of a large lead takes tens of milliseconds of the event loop, and as many come together as are read at once:
 * senders would wait for all of them.
 */
const historiesAtOnce = 2
