import type { LeadId } from "@lead-gateway/lead"
import type { LeadQueue } from "@lead-gateway/lead-queue"
import type { LeadWork, StoreError } from "@lead-gateway/lead-store"
import { Duration, Effect, Queue } from "effect"
import type { Producer } from "./Producer.ts"

/**
 * Looks once at the schedule and waits for what comes next: a retry that becomes due, a throttle that opens. What is
 * due is this worker's to claim, if it has a slot.
 *
 * `scheduled` tells that something was scheduled meanwhile; at most `atMost` is waited, and then whatever is due is
 * looked for: work whose owner was lost is on nobody's schedule.
 */
export const watchSchedule = (
  work: LeadWork["Service"],
  producer: Producer,
  scheduled: Queue.Dequeue<void>,
  atMost: Duration.Duration,
) => {
  let wasOpen = false
  let lookedAt = Number.NEGATIVE_INFINITY
  return Effect.gen(function* () {
    const { isCircuitOpen, untilDue } = yield* work.nextDue
    if (isCircuitOpen !== wasOpen) {
      wasOpen = isCircuitOpen
      yield* isCircuitOpen
        ? Effect.logWarning("the customer's API is down: leads wait until it answers again")
        : Effect.logInfo("the customer's API answers again: leads are delivered")
    }
    const isDue = untilDue !== undefined && Duration.isZero(untilDue)
    if (isDue || performance.now() - lookedAt >= Duration.toMillis(atMost)) {
      lookedAt = performance.now()
      producer.note({ _tag: "AnyDue" })
    }
    if (isDue) yield* Effect.timeoutOption(producer.nothingDue, atMost)
    // What is due and could not be claimed is locked by somebody, and what is held back may go a few at a time: no
    // reason to ask without a pause.
    yield* Effect.sleep(shortestPause)
    const wait = isDue ? Duration.zero : Duration.min(untilDue ?? atMost, atMost)
    yield* Effect.timeoutOption(Queue.take(scheduled), Duration.subtract(wait, shortestPause))
  })
}

/**
 * Tells the queue of leads that are due and that nobody has taken, for whichever worker is free first: retries, leads
 * whose owner was lost, leads that the queue forgot. The queue is filled up to `limit`, no further. A queue that
 * remembers nothing needs no sweep: there, workers look at the schedule.
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

/** Waits until the queue has lost what it held, and tells it of every lead that waits. */
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

const shortestPause = Duration.millis(10)
