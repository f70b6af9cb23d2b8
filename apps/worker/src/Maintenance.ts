import type { PgClient } from "@effect/sql-pg"
import type { RetentionSettings } from "@lead-gateway/config"
import { foldCounts, LeadDatabase, maintainPartitions, Retention, spareKept } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer, Option } from "effect"
import { forever } from "./forever.ts"

/**
 * Looks after the database as long as its scope is open: makes partitions ahead, folds counts, and lets leads go that
 * ended long ago, where that is asked for. Every worker does so; of several, one at a time does the work.
 */
export const layer = ({
  archiveDir,
  retention,
}: RetentionSettings): Layer.Layer<never, never, LeadDatabase | PgClient.PgClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const retain = Option.match(retention, {
        onNone: () => Effect.void,
        onSome: (age) => Retention.keep({ age, archive: Option.getOrUndefined(archiveDir) }),
      })
      const loops = [
        forever("create partitions ahead", everyMinute(partitionsAhead)),
        forever("fold counts", everyMinute(foldCounts)),
        retain,
      ]
      yield* database.ready.pipe(
        Effect.andThen(Effect.all(loops, { concurrency: "unbounded", discard: true })),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

const partitionsAhead = Effect.tap(maintainPartitions, (spare) =>
  spare < spareKept ? Effect.logError(`only ${spare} spare partitions for new leads`) : Effect.void,
)

const everyMinute = <A, E, R>(once: Effect.Effect<A, E, R>) =>
  Effect.andThen(once, Effect.sleep(Duration.minutes(1)))
