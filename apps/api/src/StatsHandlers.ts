import { DatabaseUnavailable, InternalError, LeadNotFound, OperatorApi } from "@lead-gateway/api-contract"
import { LeadDatabase, LeadReader, type StoreError, StoreUnavailable } from "@lead-gateway/lead-store"
import { Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { within } from "./within.ts"

/** `GET /stats/leads/…`, answered from the store. */
export const StatsHandlers = HttpApiBuilder.group(
  OperatorApi,
  "stats",
  Effect.fn(function* (handlers) {
    const database = yield* LeadDatabase
    const reader = yield* LeadReader

    /** Postgres is away: 503. Anything else is a bug: 500 without details. */
    const answered = <A>(read: Effect.Effect<A, StoreError>) =>
      Effect.flatMap(database.isReady, (isReady) => (isReady ? read : Effect.fail(notReady))).pipe(
        within(patience),
        Effect.catchTag("TimeoutError", () => Effect.fail(tooSlow)),
        Effect.tapError((error) => Effect.logError(error.message)),
        Effect.catchTags({
          StoreUnavailable: () => Effect.fail(new DatabaseUnavailable()),
          DataRefused: () => Effect.fail(new InternalError()),
        }),
      )

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

/** An answer that takes longer than this will not come: the connection has silently gone. */
const patience = Duration.seconds(5)

const notReady = new StoreUnavailable({ operation: "LeadReader before the schema is there" })
const tooSlow = new StoreUnavailable({ operation: "LeadReader in time" })
