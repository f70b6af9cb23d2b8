import { PgClient } from "@effect/sql-pg"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  fromPlace,
  keepPlace,
  LeadLedger,
  LeadReader,
  readProcesses,
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
 * `/health/deep`. After `noticeChanges`, ledger and timeline are read anew: what an event announces is in them.
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
  const timeline = yield* shareParts(ttl)
  let changes = 0
  const fromCounters = yield* shareEach(ttl, (_: number) => ledger.fromCounters)
  return {
    reader: LeadReader.of({ ...reader, counts }),
    ledger: LeadLedger.of({ ...ledger, fromCounters: Effect.suspend(() => fromCounters(changes)) }),
    counts,
    timeline: (query: TimelineQuery) => timeline({ ...query, changes }),
    noticeChanges: () => void changes++,
    state: yield* share(Effect.provideService(readStoreState, PgClient.PgClient, sql)),
    processes: yield* share(Effect.provideService(readProcesses, PgClient.PgClient, sql)),
    queueDepth: yield* share(queue.depth),
  }
})

/** A part of the timeline as it was after so many changes. */
interface TimelineKey extends TimelineQuery {
  readonly changes: number
}

/** Reads parts of the timeline, as the text of the answer. */
const shareParts = Effect.fnUntraced(function* (ttl: Duration.Duration) {
  const { read } = yield* Timeline
  return yield* shareEach(ttl, (query: TimelineKey) =>
    Effect.map(read(query), (part) =>
      timelineText({
        bucket: query.bucket,
        from: new Date(query.fromMs),
        to: new Date(query.toMs),
        ...part,
      }),
    ),
  )
})

/** Answers that are kept of one question, at most: a part of 2,000 minutes of the timeline takes 300 kB. */
const keptAnswers = 32

/** Answers a question that has a parameter once for all who ask for the same within `ttl`. */
const shareEach = <Key, A, E>(ttl: Duration.Duration, read: (key: Key) => Effect.Effect<A, E>) =>
  Duration.isZero(ttl)
    ? Effect.succeed(read)
    : Effect.map(
        Cache.makeWith((key: Key) => keepPlace(read(key)), {
          capacity: keptAnswers,
          timeToLive: (exit) => (Exit.isSuccess(exit) ? ttl : Duration.zero),
        }),
        (answers) => (key: Key) => fromPlace(Cache.get(answers, key)),
      )

/** What {@link makeStatistics} makes. */
export type Statistics = Effect.Success<ReturnType<typeof makeStatistics>>
