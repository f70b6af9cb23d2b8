import type { PgClient } from "@effect/sql-pg"
import type { CustomerClient } from "@lead-gateway/customer-client"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  type ClaimedLead,
  LeadDatabase,
  LeadWork,
  maintainPartitions,
  spareKept,
} from "@lead-gateway/lead-store"
import { Clock, Duration, Effect, Fiber, FiberSet, Layer, Queue } from "effect"
import { type DeliveryOptions, makeDelivery } from "./Delivery.ts"
import * as Desk from "./Desk.ts"
import { reoffer, sweep, watchSchedule } from "./Sweep.ts"

/** How a worker works. */
export interface WorkerOptions extends DeliveryOptions {
  /** Leads under way at once. */
  readonly concurrency: number
  /** How long an idle worker waits for the queue before it looks for itself. */
  readonly pollInterval: Duration.Duration
  /** How often the sweep looks for leads that are due. */
  readonly scanInterval: Duration.Duration
  /** Leads that wait in the queue by way of the sweep, at most. */
  readonly scanLimit: number
  /** How long a stop waits for leads that are under way. */
  readonly shutdownTimeout: Duration.Duration
  /** Whether no other process works on these leads: whoever owns some when this one starts has died. */
  readonly isAlone: boolean
}

/**
 * Claims leads that may be worked on and delivers them, as many at once as it has slots, until its scope closes.
 *
 * It claims no more than it has free slots: what the queue tells it of, and what is due by the schedule. On
 * closing it claims no more, finishes what is under way within `shutdownTimeout` and gives the rest back at once.
 * It starts when the database is ready.
 */
export const layer = (
  options: WorkerOptions,
): Layer.Layer<never, never, LeadDatabase | LeadWork | LeadQueue | CustomerClient | PgClient.PgClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const work = yield* LeadWork
      const queue = yield* LeadQueue
      const step = yield* makeDelivery(options)
      const desk = Desk.make(options.concurrency)
      const underWay = yield* FiberSet.make()
      const scheduled = yield* Queue.sliding<void>(1)
      yield* Effect.addFinalizer(() => drain(underWay, desk, queue, options.shutdownTimeout))

      const begin = (lead: ClaimedLead, claimedAt: bigint) =>
        step({ ...lead, claimedAt }).pipe(
          Effect.tap((result) => (result === "Scheduled" ? Queue.offer(scheduled, undefined) : Effect.void)),
          Effect.ensuring(Effect.sync(desk.ended)),
          FiberSet.run(underWay),
        )

      const claim = Effect.fnUntraced(function* (wanted: Desk.Wanted) {
        const claimedAt = yield* Clock.monotonicTimeNanos
        const leads = yield* work.claim(wanted)
        desk.claimed(
          wanted,
          leads.map(({ id }) => id),
        )
        yield* Effect.forEach(leads, (lead) => begin(lead, claimedAt), { discard: true })
      })

      /** A claim is under way like a lead: a stop lets it end, since nobody else would take its leads for a while. */
      const claimNext = Effect.flatMap(desk.next, (wanted) =>
        Effect.flatMap(FiberSet.run(underWay, claim(wanted)), Fiber.join).pipe(
          Effect.tapCause(() =>
            desk.note(wanted.ids === undefined ? { _tag: "AnyDue" } : { _tag: "Leads", ids: wanted.ids }),
          ),
        ),
      )

      const listen = Effect.gen(function* () {
        const max = yield* desk.idle
        yield* desk.note(yield* queue.take({ max, within: options.pollInterval }))
      })

      const maintain = maintainPartitions.pipe(
        Effect.tap((spare) =>
          spare < spareKept ? Effect.logError(`only ${spare} spare partitions for new leads`) : Effect.void,
        ),
        Effect.andThen(Effect.sleep(Duration.minutes(1))),
      )

      const loops = [
        forever("claim leads", claimNext),
        forever("hear of leads", listen),
        forever("look at the schedule", watchSchedule(work, desk, scheduled, options.scanInterval)),
        forever(
          "sweep",
          Effect.andThen(Effect.sleep(options.scanInterval), sweep(work, queue, options.scanLimit)),
        ),
        forever("offer leads again", reoffer(work, queue)),
        forever("create partitions ahead", maintain),
      ]
      yield* database.ready.pipe(
        Effect.andThen(options.isAlone ? Effect.ignore(work.releaseAll) : Effect.void),
        Effect.andThen(Effect.all(loops, { concurrency: "unbounded", discard: true })),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

/** Does something again and again; says when it cannot be done, and when it can again. */
const forever = <E, R>(what: string, once: Effect.Effect<unknown, E, R>): Effect.Effect<never, never, R> =>
  Effect.suspend(() => {
    let failing = false
    return once.pipe(
      Effect.tap(() => {
        if (!failing) return Effect.void
        failing = false
        return Effect.logInfo(`worker can ${what} again`)
      }),
      Effect.catchCause((cause) => {
        const told = failing ? Effect.void : Effect.logError(`worker cannot ${what}`, cause)
        failing = true
        return Effect.andThen(told, Effect.sleep(pauseAfterFailure))
      }),
      Effect.forever,
    )
  })

/** Waits for what is under way, gives back what does not end in time, and tells of both. */
const drain = Effect.fnUntraced(function* (
  underWay: FiberSet.FiberSet,
  desk: Desk.Desk,
  queue: LeadQueue["Service"],
  within: Duration.Duration,
) {
  const heardOf = yield* desk.clear
  if (heardOf.length > 0) yield* queue.offer(heardOf)
  const leads = desk.busy()
  if (leads > 0) yield* Effect.annotateLogs(Effect.logInfo("worker finishes what is under way"), { leads })
  yield* Effect.timeoutOption(FiberSet.awaitEmpty(underWay), within)
  const left = desk.busy()
  if (left > 0) {
    yield* Effect.annotateLogs(Effect.logWarning("worker gives back what it could not finish in time"), {
      leads: left,
    })
    yield* Effect.timeoutOption(FiberSet.clear(underWay), giveBackWithin)
  }
  yield* Effect.logInfo("worker has stopped")
})

const pauseAfterFailure = Duration.seconds(1)

/** A Postgres that does not answer must not hold up what else there is to stop. */
const giveBackWithin = Duration.seconds(4)
