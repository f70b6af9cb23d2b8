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
import { Duration, Effect, FiberSet, Layer, Queue, Schedule } from "effect"
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
      yield* Effect.addFinalizer(() =>
        Effect.timeoutOption(FiberSet.awaitEmpty(underWay), options.shutdownTimeout),
      )
      const slotFreed = yield* Queue.sliding<void>(1)
      let busy = 0

      const begin = Effect.fnUntraced(function* (lead: ClaimedLead) {
        busy++
        yield* step(lead).pipe(
          Effect.catchCause((cause) =>
            Effect.annotateLogs(
              Effect.logError("step failed; the lead is taken up again when its lease ends", cause),
              {
                lead_id: lead.id,
                correlation_id: lead.correlationId,
              },
            ),
          ),
          Effect.ensuring(
            Effect.suspend(() => {
              busy--
              return Queue.offer(slotFreed, undefined)
            }),
          ),
          FiberSet.run(underWay),
        )
      })

      const wait = Effect.gen(function* () {
        const due = (yield* work.untilDue) ?? options.pollInterval
        yield* queue.take({ max: options.concurrency, within: Duration.min(due, options.pollInterval) })
      })

      const look = Effect.gen(function* () {
        const free = options.concurrency - busy
        if (free === 0) return yield* Queue.take(slotFreed)
        const max = Math.min(free, options.claimLimit)
        // Claimed leads are begun, also when the stop comes in between: nobody else would take them for a while.
        const claimed = yield* Effect.uninterruptibleMask((restore) =>
          Effect.tap(restore(work.claim({ max, lease })), (leads) =>
            Effect.forEach(leads, begin, { discard: true }),
          ),
        )
        if (claimed.length < max) yield* wait
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

/** What a lease adds to the customer's timeout: deciding, opening, recording. */
const bookkeeping = Duration.seconds(15)

const pauseAfterFailure = Duration.seconds(1)
