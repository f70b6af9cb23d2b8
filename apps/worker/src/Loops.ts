/**
 * What a worker repeats beside delivering: watching the schedule, filling the queue, maintaining the database.
 */
import type { PgClient } from "@effect/sql-pg"
import type { RetentionSettings } from "@lead-gateway/config"
import type { LeadId } from "@lead-gateway/lead"
import type { LeadQueue } from "@lead-gateway/lead-queue"
import {
  buildPartitionIndexes,
  fillTimeline,
  foldCounts,
  foldTimeline,
  LeadDatabase,
  type LeadWork,
  maintainPartitions,
  pruneTimeline,
  removeExpiredKeys,
  Retention,
  spareKept,
  type StoreError,
} from "@lead-gateway/lead-store"
import { Duration, Effect, Layer, Option, Queue } from "effect"
import type { Producer } from "./Producer.ts"

/** Repeats an effect, after a failure with a pause of 1 s. Logs the first failure of a series, and its end. */
export const forever = <E, R>(
  what: string,
  once: Effect.Effect<unknown, E, R>,
): Effect.Effect<never, never, R> =>
  Effect.suspend(() => {
    let failing = false
    return once.pipe(
      Effect.tap(() => {
        if (!failing) return Effect.void
        failing = false
        return Effect.logInfo(`worker can ${what} again`)
      }),
      Effect.catchCause((cause) => {
        const logged = failing ? Effect.void : Effect.logError(`worker cannot ${what}`, cause)
        failing = true
        return Effect.andThen(logged, Effect.sleep(pauseAfterFailure))
      }),
      Effect.forever,
    )
  })

const pauseAfterFailure = Duration.seconds(1)

/**
 * Reads the schedule once, notes due work for the producer, and waits until more may be due: a retry, or an attempt that
 * the throttle permits.
 *
 * `noteSuspect` is called when a lead is due that is to be claimed alone. An item in `scheduled` ends the wait: something was scheduled meanwhile. Once every `atMost` the producer claims in any
 * case, because the work of lost workers is not on the schedule.
 */
export const watchSchedule = (
  work: LeadWork["Service"],
  producer: Producer,
  scheduled: Queue.Dequeue<void>,
  atMost: Duration.Duration,
  noteSuspect: () => void,
) => {
  let wasOpen = false
  let lookedAt = Number.NEGATIVE_INFINITY
  return Effect.gen(function* () {
    const { isCircuitOpen, isSuspectDue, untilDue } = yield* work.nextDue
    if (isSuspectDue) noteSuspect()
    if (isCircuitOpen !== wasOpen) {
      wasOpen = isCircuitOpen
      yield* isCircuitOpen
        ? Effect.logWarning("the customer's API is unavailable: leads wait until it is available again")
        : Effect.logInfo("the customer's API is available again: leads are delivered")
    }
    const isDue = untilDue !== undefined && Duration.isZero(untilDue)
    if (isDue || performance.now() - lookedAt >= Duration.toMillis(atMost)) {
      lookedAt = performance.now()
      producer.note({ _tag: "AnyDue" })
    }
    if (isDue) yield* Effect.timeoutOption(producer.nothingDue, atMost)
    // Due work that was not claimed is locked by another worker or throttled: pause before the next query.
    yield* Effect.sleep(shortestPause)
    const wait = isDue ? Duration.zero : Duration.min(untilDue ?? atMost, atMost)
    yield* Effect.timeoutOption(Queue.take(scheduled), Duration.subtract(wait, shortestPause))
  })
}

const shortestPause = Duration.millis(10)

/**
 * Offers to the queue what is due and not claimed: retries, the work of lost workers, leads that the queue lost. It fills
 * the queue up to `limit`. A queue that stores nothing needs no sweep: there, workers watch the schedule.
 */
export const sweep: (
  work: LeadWork["Service"],
  queue: LeadQueue["Service"],
  limit: number,
) => Effect.Effect<void, StoreError> = Effect.fnUntraced(function* (work, queue, limit) {
  const patienceMs = queue.patienceMs()
  if (patienceMs === 0) return
  const room = limit - (yield* Effect.orElseSucceed(queue.depth, () => limit))
  if (room <= 0) return
  const ids = yield* work.offer({ max: room, patience: Duration.millis(patienceMs) })
  if (ids.length > 0) yield* queue.offer(ids)
})

/** Waits until the queue has lost its content, then offers every waiting lead. */
export const reoffer: (
  work: LeadWork["Service"],
  queue: LeadQueue["Service"],
) => Effect.Effect<void, StoreError> = Effect.fnUntraced(function* (work, queue) {
  yield* queue.forgot
  let after: LeadId | undefined
  let count = 0
  do {
    const ids: ReadonlyArray<LeadId> = yield* work.waiting({ after, max: pageSize })
    yield* queue.offer(ids)
    count += ids.length
    after = ids.length < pageSize ? undefined : ids.at(-1)
  } while (after !== undefined)
  if (count > 0) {
    yield* Effect.annotateLogs(Effect.logWarning("the queue was empty: leads are offered again"), {
      leads: count,
    })
  }
})

const pageSize = 1000

/**
 * Maintains the database while its scope is open: creates partitions ahead, folds counts and the timeline, removes expired
 * keys of senders and, if retention is configured, old leads that are finished. Every worker runs it; one at a time does the work.
 */
export const maintenance = ({
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
        forever("build indexes of partitions", everyMinute(buildPartitionIndexes)),
        forever("fold counts", everyMinute(foldCounts)),
        forever("add up the timeline", Effect.andThen(foldTimeline, Effect.sleep(foldTimelineEvery))),
        forever("maintain the timeline", everyMinute(Effect.andThen(fillTimeline, pruneTimeline))),
        forever("remove expired keys of senders", everyMinute(removeExpiredKeys)),
        retain,
      ]
      yield* database.ready.pipe(
        Effect.andThen(Effect.all(loops, { concurrency: "unbounded", discard: true })),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

/** Readers add up what is not folded yet: less often would cost them time, and nothing else. */
const foldTimelineEvery = Duration.seconds(2)

const partitionsAhead = Effect.tap(maintainPartitions, (spare) =>
  spare < spareKept ? Effect.logError(`only ${spare} spare partitions for new leads`) : Effect.void,
)

const everyMinute = <A, E, R>(once: Effect.Effect<A, E, R>) =>
  Effect.andThen(once, Effect.sleep(Duration.minutes(1)))
