import { DatabaseUnavailable, InternalError } from "@lead-gateway/api-contract"
import { LeadDatabase, type StoreError, StoreUnavailable } from "@lead-gateway/lead-store"
import { Duration, Effect } from "effect"
import { within } from "./within.ts"

/**
 * Makes `orUnavailable`, by which handlers ask the store: 503 when Postgres is unavailable or takes longer than 5 s, or `atMost`; any
 * other failure is a bug, answered 500 without details.
 *
 * `const orUnavailable = yield* fromStore`, then `orUnavailable(reader.counts)`.
 */
export const fromStore = Effect.map(
  LeadDatabase,
  (database) =>
    <A>(
      read: Effect.Effect<A, StoreError>,
      atMost = patience,
    ): Effect.Effect<A, DatabaseUnavailable | InternalError> =>
      Effect.flatMap(database.isReady, (isReady) => (isReady ? read : Effect.fail(notReady))).pipe(
        within(atMost),
        Effect.catchTag("TimeoutError", () => Effect.fail(tooSlow)),
        Effect.tapError((error) => Effect.logError(error.message)),
        Effect.catchTags({
          StoreUnavailable: () => Effect.fail(new DatabaseUnavailable()),
          DataRefused: () => Effect.fail(new InternalError()),
        }),
      ),
)

/** How long Postgres may take. When it takes longer, the connection was lost without notice. */
const patience = Duration.seconds(5)

const notReady = new StoreUnavailable({ operation: "LeadReader before the schema is there" })
const tooSlow = new StoreUnavailable({ operation: "LeadReader in time" })
