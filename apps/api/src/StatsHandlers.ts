import { DatabaseUnavailable, InternalError, LeadNotFound, OperatorApi } from "@lead-gateway/api-contract"
import { LeadReader, type StoreError } from "@lead-gateway/lead-store"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"

/** `GET /stats/leads/…`, answered from the store. */
export const StatsHandlers = HttpApiBuilder.group(
  OperatorApi,
  "stats",
  Effect.fn(function* (handlers) {
    const reader = yield* LeadReader
    return handlers.handleAll({
      counts: () => answered(reader.counts),
      recent: ({ query }) =>
        answered(reader.recent({ limit: query.limit, before: query.before, status: query.status })),
      history: ({ params }) =>
        Effect.flatMap(
          answered(reader.history(params.id)),
          Option.match({ onNone: () => Effect.fail(new LeadNotFound()), onSome: Effect.succeed }),
        ),
    })
  }),
)

/** Postgres away: 503, come again. Anything else is a bug: 500, logged, nothing of it told. */
const answered = <A, R>(effect: Effect.Effect<A, StoreError, R>) =>
  effect.pipe(
    Effect.tapCause((cause) => Effect.logError("statistics cannot be answered", cause)),
    Effect.catchTags({
      StoreUnavailable: () => Effect.fail(new DatabaseUnavailable()),
      DataRefused: () => Effect.fail(new InternalError()),
    }),
    Effect.catchDefect(() => Effect.fail(new InternalError())),
  )
