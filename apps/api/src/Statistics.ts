import { PgClient } from "@effect/sql-pg"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  fromPlace,
  keepPlace,
  LeadLedger,
  LeadReader,
  readStoreState,
  Timeline,
  type TimelineQuery,
} from "@lead-gateway/lead-store"
import { shareFor } from "@lead-gateway/runtime"
import { Cache, Duration, Effect, Exit } from "effect"
import { timelineText } from "./timelineText.ts"

/**
 * Statistics that many ask for, each as one query for all who ask within `ttl`: `reader` with its counts, for
 * `/stats/leads/counts`; `ledger`, for `/api/v1/ledger`; `timeline`, for charts; all others for metrics and
 * `/health/deep`.
 */
export const makeStatistics = Effect.fnUntraced(function* (ttl: Duration.Duration) {
  const share = shareFor(ttl)
  const reader = yield* LeadReader
  const ledger = yield* LeadLedger
  const queue = yield* LeadQueue
  const sql = yield* PgClient.PgClient
  /** Who shares an answer has read it where it was read. */
  const sharePlaced = <A, E>(read: Effect.Effect<A, E>) => Effect.map(share(keepPlace(read)), fromPlace)
  const counts = yield* sharePlaced(reader.counts)
  const timeline = yield* shareTimeline(ttl)
  return {
    reader: LeadReader.of({ ...reader, counts }),
    ledger: LeadLedger.of({ ...ledger, fromCounters: yield* sharePlaced(ledger.fromCounters) }),
    counts,
    timeline,
    state: yield* share(Effect.provideService(readStoreState, PgClient.PgClient, sql)),
    queueDepth: yield* share(queue.depth),
  }
})

/** Different parts of the timeline that are kept, at most: a part of 2,000 minutes takes 300 kB. */
const timelineParts = 32

/** Reads parts of the timeline, as the text of the answer, each once for all who ask for the same within `ttl`. */
const shareTimeline = Effect.fnUntraced(function* (ttl: Duration.Duration) {
  const { read } = yield* Timeline
  const readText = (query: TimelineQuery) =>
    Effect.map(read(query), (part) =>
      timelineText({
        bucket: query.bucket,
        from: new Date(query.fromMs),
        to: new Date(query.toMs),
        ...part,
      }),
    )
  if (Duration.isZero(ttl)) return readText
  const parts = yield* Cache.makeWith((query: TimelineQuery) => keepPlace(readText(query)), {
    capacity: timelineParts,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? ttl : Duration.zero),
  })
  return (query: TimelineQuery) => fromPlace(Cache.get(parts, query))
})

/** What {@link makeStatistics} makes. */
export type Statistics = Effect.Success<ReturnType<typeof makeStatistics>>
