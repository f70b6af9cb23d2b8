import type { CustomerClient } from "@lead-gateway/customer-client"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  type ClaimedLead,
  LeadDatabase,
  LeadWork,
  maintainPartitions,
  spareKept,
} from "@lead-gateway/lead-store"
import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Fiber, FiberSet, Layer, Queue, Schedule } from "effect"
import { type DeliveryOptions, makeDelivery } from "./Delivery.ts"

/** How a worker works. */
export interface WorkerOptions extends Pick<DeliveryOptions, "flow" | "policy" | "timeout"> {
  /** Leads under way at once. */
  readonly concurrency: number
  /** How long to wait at most before looking again. */
  readonly pollInterval: Duration.Duration
  /** Leads taken at one look, at most. */
  readonly claimLimit: number
  /** How long a stop waits for leads that are under way. */
  readonly shutdownTimeout: Duration.Duration
}

/**
 * Claims leads that are due and delivers them, as many at once as it has slots, until its scope closes.
 *
 * It claims no more than it has free slots. On closing it claims no more, finishes what is under way within
 * `shutdownTimeout` and leaves the rest to their leases. It starts when the database is ready.
 */
export const layer = (
  options: WorkerOptions,
): Layer.Layer<never, never, LeadDatabase | LeadWork | LeadQueue | CustomerClient | PgClient.PgClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const work = yield* LeadWork
      const queue = yield* LeadQueue
      const lease = Duration.sum(options.timeout, bookkeeping)
      const step = yield* makeDelivery({ ...options, lease })

      const underWay = yield* FiberSet.make()
      const stepEnded = yield* Queue.sliding<void>(1)
      let busy = 0
      yield* Effect.addFinalizer(() => drain(underWay, () => busy, options.shutdownTimeout))

      const begin = (lead: ClaimedLead) => {
        busy++
        return step(lead).pipe(
          Effect.catchCause((cause) =>
            Effect.annotateLogs(Effect.logError("a step failed; its lead is taken up again later", cause), {
              lead_id: lead.id,
              correlation_id: lead.correlationId,
            }),
          ),
          Effect.ensuring(
            Effect.suspend(() => {
              busy--
              return Queue.offer(stepEnded, undefined)
            }),
          ),
          FiberSet.run(underWay),
        )
      }

      const claim = Effect.fnUntraced(function* (max: number) {
        const leads = yield* work.claim({ max, lease })
        yield* Effect.forEach(leads, begin, { discard: true })
        return leads.length
      })

      // Until there may be something to do. A step that ends may have scheduled a retry.
      const wait = Effect.gen(function* () {
        const due = (yield* work.untilDue) ?? options.pollInterval
        // What is due and could not be claimed is locked by somebody: no reason to ask without a pause.
        const within = Duration.max(Duration.min(due, options.pollInterval), shortestPause)
        yield* Effect.raceFirst(queue.take({ max: options.concurrency, within }), Queue.take(stepEnded))
      })

      const look = Effect.gen(function* () {
        const free = options.concurrency - busy
        if (free === 0) return yield* Queue.take(stepEnded)
        const max = Math.min(free, options.claimLimit)
        // A claim is under way like a lead: a stop lets it end, since nobody else would take its leads for a while.
        const claimed = yield* Effect.flatMap(FiberSet.run(underWay, claim(max)), Fiber.join)
        if (claimed < max) yield* wait
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.andThen(Effect.logError("cannot look for leads", cause), Effect.sleep(pauseAfterFailure)),
        ),
      )

      const maintain = maintainPartitions.pipe(
        Effect.tap((spare) =>
          spare < spareKept ? Effect.logError(`only ${spare} spare partitions for new leads`) : Effect.void,
        ),
        Effect.catchCause((cause) => Effect.logError("cannot create partitions ahead", cause)),
        Effect.repeat(Schedule.spaced(Duration.minutes(1))),
      )

      yield* database.ready.pipe(
        Effect.andThen(Effect.all([Effect.forever(look), maintain], { concurrency: 2, discard: true })),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

/** Waits for what is under way, and tells what it waits for and what it leaves behind. */
const drain = Effect.fnUntraced(function* (
  underWay: FiberSet.FiberSet,
  busy: () => number,
  within: Duration.Duration,
) {
  const leads = busy()
  if (leads > 0) yield* Effect.annotateLogs(Effect.logInfo("worker finishes what is under way"), { leads })
  yield* Effect.timeoutOption(FiberSet.awaitEmpty(underWay), within)
  const left = busy()
  yield* left === 0
    ? Effect.logInfo("worker has stopped")
    : Effect.annotateLogs(
        Effect.logWarning("worker has stopped; leads under way are taken up again when their leases end"),
        { leads: left },
      )
})

/** What a lease adds to the customer's timeout: deciding, opening, recording. */
const bookkeeping = Duration.seconds(15)

const shortestPause = Duration.millis(50)

const pauseAfterFailure = Duration.seconds(1)
