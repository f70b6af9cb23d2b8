import { CustomerClient } from "@lead-gateway/customer-client"
import type { Flow } from "@lead-gateway/lead-pipeline"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  Customers,
  type CustomerSettings,
  defaultCustomer,
  LeadDatabase,
  LeadWork,
  type StoreError,
} from "@lead-gateway/lead-store"
import type { CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Clock, Duration, Effect, Latch, Layer, Option, Queue, Random, Schedule } from "effect"
import { makeDeliveries } from "./Deliveries.ts"
import { makeDeliveryLog } from "./DeliveryLog.ts"
import { forever } from "./forever.ts"
import { makeIds } from "./Ids.ts"
import { type Pace, watchPace } from "./Pace.ts"
import * as Producer from "./Producer.ts"
import { reoffer, sweep, watchSchedule } from "./Schedule.ts"
import { makeSteps } from "./Step.ts"

/** How a worker works. */
export interface WorkerOptions {
  readonly flow: Flow.Flow
  readonly policy: CompiledRetryPolicy
  /** How long one exchange with the customer may take. */
  readonly timeout: Duration.Duration
  /** How long a claim holds work; longer than `timeout`. */
  readonly lease: Duration.Duration
  /** Deliveries under way at once. */
  readonly concurrency: number
  /** How long an idle worker waits for the queue before it looks for itself. */
  readonly pollInterval: Duration.Duration
  /** How often the sweep looks for leads that are due. */
  readonly scanInterval: Duration.Duration
  /** Leads that wait in the queue by way of the sweep, at most. */
  readonly scanLimit: number
  /** How often the customer's address is looked at: once it is allowed again, its leads go out this much later at most. */
  readonly addressCheckInterval: Duration.Duration
  /** How long a stop waits for leads that are under way. */
  readonly shutdownTimeout: Duration.Duration
  readonly customer: CustomerSettings
  /** Whether no other process works on these leads: whoever owns some when this one starts has died. */
  readonly isAlone: boolean
}

/**
 * Claims work that may be done and delivers it, as much at once as it has slots, until its scope closes.
 *
 * It claims what the queue tells it of and what is due by the schedule, and somewhat more than it has slots for while
 * customers answer quickly. On closing it claims no more, finishes what is under way within `shutdownTimeout` and
 * gives the rest back at once. It starts when the database is ready.
 */
export const layer = (
  options: WorkerOptions,
): Layer.Layer<never, never, LeadDatabase | LeadWork | Customers | LeadQueue | CustomerClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const work = yield* LeadWork
      const customers = yield* Customers
      const queue = yield* LeadQueue
      const client = yield* CustomerClient
      const clock = yield* Clock.Clock
      const random = yield* Random.Random
      const fork = Effect.runForkWith(yield* Effect.context())
      const scheduled = yield* Queue.sliding<void>(1)
      const { concurrency } = options

      const block = (reason: string | undefined) =>
        Effect.flatMap(customers.block(defaultCustomer, reason), (isNews) => {
          if (!isNews) return Effect.void
          return reason === undefined
            ? Effect.logInfo("the customer's address may be sent to again")
            : Effect.logError(`nothing can be sent to the customer, and its leads wait: ${reason}`)
        })

      const deliveries = makeDeliveries({
        work,
        client,
        policy: options.policy,
        steps: makeSteps(options.flow),
        log: yield* makeDeliveryLog,
        ids: makeIds(),
        concurrency,
        ahead: () => pace.opening(),
        // Of the time that a lease has beyond the exchange, a third is kept for recording what came of it.
        sendWithinMs: (Duration.toMillis(options.lease) - Duration.toMillis(options.timeout)) * (2 / 3),
        now: () => clock.currentTimeMillisUnsafe(),
        random: () => random.nextDoubleUnsafe(),
        ended: (isScheduled) => {
          if (isScheduled) Queue.offerUnsafe(scheduled, undefined)
          producer.changed()
        },
        offer: queue.offerUnsafe,
        refused: (reason, then) => fork(Effect.ignore(block(reason))).addObserver(then),
      })
      const pace: Pace = yield* watchPace(() => deliveries.answers())
      const producer = Producer.make({
        free: () => concurrency + pace.claiming() - deliveries.held(),
        batch: concurrency,
      })
      yield* Effect.addFinalizer(() => drain(deliveries, producer, queue, options.shutdownTimeout))

      // A stop lets a claim end: nobody else would take its work for a while.
      const claimNext = Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(producer.next), (wanted) => {
          const claimedAtMs = performance.now()
          return work.claim({ ...wanted, lease: options.lease }).pipe(
            Effect.map((claimed) => {
              deliveries.begin(claimed, claimedAtMs)
              producer.claimed(
                wanted,
                claimed.map(({ leadId }) => leadId),
              )
            }),
            Effect.tapCause(() =>
              Effect.sync(() =>
                producer.note(
                  wanted.ids === undefined ? { _tag: "AnyDue" } : { _tag: "Leads", ids: wanted.ids },
                ),
              ),
            ),
          )
        }),
      )

      const listen = Effect.gen(function* () {
        const max = yield* producer.room
        producer.note(yield* queue.take({ max, within: options.pollInterval }))
      })

      const configure = customers.configure(defaultCustomer, options.customer)

      const checkAddress = Effect.flatMap(client.refusal, (refusal) => block(Option.getOrUndefined(refusal)))

      const loops = [
        forever("claim leads", claimNext),
        forever("hear of leads", listen),
        forever("look at the schedule", watchSchedule(work, producer, scheduled, options.scanInterval)),
        forever(
          "sweep",
          Effect.andThen(Effect.sleep(options.scanInterval), sweep(work, queue, options.scanLimit)),
        ),
        forever("offer leads again", reoffer(work, queue)),
        forever(
          "check the customer's address",
          Effect.andThen(Effect.sleep(options.addressCheckInterval), checkAddress),
        ),
      ]
      yield* database.ready.pipe(
        Effect.andThen(Effect.retry(configure, untilPostgresIsBack)),
        Effect.andThen(Effect.ignore(checkAddress)),
        Effect.andThen(options.isAlone ? Effect.ignore(work.expireLeases) : Effect.void),
        Effect.andThen(Effect.all(loops, { concurrency: "unbounded", discard: true })),
        Effect.tapCause((cause) => Effect.logError("the worker cannot start", cause)),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

/** Waits for what is under way, gives back what does not end in time, and tells of both. */
const drain = Effect.fnUntraced(function* (
  deliveries: ReturnType<typeof makeDeliveries>,
  producer: Producer.Producer,
  queue: LeadQueue["Service"],
  within: Duration.Duration,
) {
  const hinted = producer.clear()
  if (hinted.length > 0) yield* queue.offer(hinted)
  const empty = yield* Latch.make()
  const held = deliveries.held()
  deliveries.stop(() => empty.openUnsafe())
  if (held > 0) {
    yield* Effect.annotateLogs(Effect.logInfo("worker finishes what is under way"), { leads: held })
  }
  yield* Effect.timeoutOption(empty.await, within)
  const left = deliveries.held()
  if (left > 0) {
    yield* Effect.annotateLogs(Effect.logWarning("worker gives back what it could not finish in time"), {
      leads: left,
    })
    deliveries.abort()
    yield* Effect.timeoutOption(empty.await, giveBackWithin)
  }
  yield* Effect.logInfo("worker has stopped")
})

const untilPostgresIsBack = {
  schedule: Schedule.spaced(Duration.seconds(1)),
  while: ({ _tag }: StoreError) => _tag === "StoreUnavailable",
}

/** A Postgres that does not answer must not hold up what else there is to stop. */
const giveBackWithin = Duration.seconds(4)
