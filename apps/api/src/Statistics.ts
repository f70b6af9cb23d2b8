import { PgClient } from "@effect/sql-pg"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadLedger, LeadReader, readStoreState } from "@lead-gateway/lead-store"
import { shareFor } from "@lead-gateway/runtime"
import { type Duration, Effect } from "effect"

/**
 * Statistics that many ask for, each as one query for all who ask within `ttl`: `reader` with its counts, for
 * `/stats/leads/counts`; `ledger`, for `/api/v1/ledger`; all others for metrics and `/health/deep`.
 */
export const makeStatistics = Effect.fnUntraced(function* (ttl: Duration.Duration) {
  const share = shareFor(ttl)
  const reader = yield* LeadReader
  const ledger = yield* LeadLedger
  const queue = yield* LeadQueue
  const sql = yield* PgClient.PgClient
  const counts = yield* share(reader.counts)
  return {
    reader: LeadReader.of({ ...reader, counts }),
    ledger: LeadLedger.of({ ...ledger, fromCounters: yield* share(ledger.fromCounters) }),
    counts,
    state: yield* share(Effect.provideService(readStoreState, PgClient.PgClient, sql)),
    queueDepth: yield* share(queue.depth),
  }
})

/** What {@link makeStatistics} makes. */
export type Statistics = Effect.Success<ReturnType<typeof makeStatistics>>
