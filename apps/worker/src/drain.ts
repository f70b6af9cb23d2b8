import type { LeadQueue } from "@lead-gateway/lead-queue"
import { ProcessStop } from "@lead-gateway/runtime"
import { Duration, Effect, Latch } from "effect"
import type { Deliveries } from "./Deliveries.ts"
import type { Producer } from "./Producer.ts"

/**
 * Waits for deliveries in progress, and releases those that do not end in time.
 *
 * The time counts from when the process began to stop: what was closed before the worker has used some of it. What
 * Postgres has not confirmed soon after is logged and left: its lease expires, and the next worker records the attempt as
 * unknown.
 */
export const drain = Effect.fnUntraced(function* (
  deliveries: Deliveries,
  producer: Producer,
  queue: LeadQueue["Service"],
  within: Duration.Duration,
) {
  const { beganAtMs } = yield* ProcessStop
  const deadline = (beganAtMs() ?? performance.now()) + Duration.toMillis(within)
  const announced = producer.clear()
  // A queue that does not answer must not keep the deliveries waiting: the sweep finds these leads as well.
  if (announced.length > 0) {
    yield* Effect.timeoutOption(Effect.interruptible(queue.offer(announced)), offerWithin)
  }
  const empty = yield* Latch.make()
  const held = deliveries.held()
  deliveries.stop(() => empty.openUnsafe())
  if (held > 0) {
    yield* Effect.annotateLogs(Effect.logInfo("worker drains: waiting for deliveries in flight"), {
      leads: held,
    })
  }
  yield* Effect.timeoutOption(empty.await, Duration.millis(Math.max(0, deadline - performance.now())))
  const left = deliveries.held()
  if (left > 0) {
    yield* Effect.annotateLogs(Effect.logWarning("worker releases deliveries that did not end in time"), {
      leads: left,
    })
    deliveries.abort()
    yield* Effect.timeoutOption(empty.await, releaseWithin)
    deliveries.abandon()
  }
  yield* Effect.logInfo("worker has stopped")
})

const offerWithin = Duration.seconds(1)

/** A Postgres that does not answer must not delay the rest of the stop for longer. */
const releaseWithin = Duration.millis(2500)
