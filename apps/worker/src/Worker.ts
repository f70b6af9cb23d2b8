import { CustomerClient } from "@lead-gateway/customer-client"
import type { Decision, Flow } from "@lead-gateway/lead-pipeline"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  Customers,
  type CustomerSettings,
  defaultCustomer,
  defaultCustomerName,
  LeadDatabase,
  LeadWork,
  type StoreError,
} from "@lead-gateway/lead-store"
import type { CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Metrics, ProcessStop, Tracing } from "@lead-gateway/runtime"
import { Clock, Duration, Effect, Layer, Option, Queue, Random, Schedule } from "effect"
import { attemptRecord } from "./Attempt.ts"
import { makeClaims } from "./Claims.ts"
import { makeDeliveries } from "./Deliveries.ts"
import { makeDeliveryLog } from "./DeliveryLog.ts"
import type { Contacts } from "./Contacts.ts"
import { makeDeliveryMetrics } from "./DeliveryMetrics.ts"
import { drain } from "./drain.ts"
import { makeLeadTraces } from "./LeadTrace.ts"
import { forever, reoffer, sweep, watchSchedule } from "./Loops.ts"
import * as Producer from "./Producer.ts"
import { type Pace, watchPace } from "./Slots.ts"
import { makeIds, makeSteps } from "./Step.ts"

/** The flow, policy, limits and intervals of a worker. */
export interface WorkerOptions {
  readonly flow: Flow.Flow
  readonly policy: CompiledRetryPolicy
  /** How long one exchange with the customer may take. */
  readonly timeout: Duration.Duration
  /** How long a claim holds work; longer than `timeout`. */
  readonly lease: Duration.Duration
  /** Concurrent deliveries. */
  readonly concurrency: number
  /** How long an idle worker waits for the queue before it looks for due work itself. */
  readonly pollInterval: Duration.Duration
  /** How often the sweep looks for leads that are due. */
  readonly scanInterval: Duration.Duration
  /** The sweep fills the queue up to this many leads. */
  readonly scanLimit: number
  /** How often the customer's address is checked, and so the longest wait after it is allowed again. */
  readonly addressCheckInterval: Duration.Duration
  /** How long a stop waits for deliveries in progress. */
  readonly shutdownTimeout: Duration.Duration
  readonly customer: CustomerSettings
  /** By which contacts leads are found; by none unless set. */
  readonly contacts?: Contacts
  /** Whether no other worker uses this database: then every lease at the start is a dead worker's. */
  readonly isAlone: boolean
  /** Called with every decision. It must be quick. */
  readonly decided?: ((decision: Decision) => void) | undefined
}

/**
 * Claims due work and delivers it, as much at once as it has slots, until its scope closes.
 *
 * It claims the leads that the queue announces and what is due on the schedule; while customers answer quickly, somewhat
 * more than it has slots for. On closing it claims no more, finishes deliveries in progress within `shutdownTimeout` and
 * releases the rest at once. It starts when the database is ready; if it cannot start, it stops the process.
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
      const stop = yield* ProcessStop
      const metrics = yield* Metrics
      const clock = yield* Clock.Clock
      const random = yield* Random.Random
      const fork = Effect.runForkWith(yield* Effect.context())
      const scheduled = yield* Queue.sliding<void>(1)
      const { concurrency, policy } = options
      const tracing = yield* Tracing
      const traces = tracing && makeLeadTraces(tracing, options.customer.address)
      const now = () => clock.currentTimeMillisUnsafe()
      const blockCustomer = block(customers)

      const deliveries = makeDeliveries({
        work,
        client,
        steps: makeSteps({
          flow: options.flow,
          ids: makeIds(),
          now,
          traces,
          contactsOf: options.contacts?.of,
          decided: options.decided,
        }),
        traces,
        recordOf: (attempt, outcome) =>
          attemptRecord(attempt, outcome, {
            policy,
            nowMs: now(),
            monotonicMs: performance.now(),
            random: random.nextDoubleUnsafe(),
          }),
        log: yield* makeDeliveryLog,
        metrics: makeDeliveryMetrics(metrics, defaultCustomerName),
        concurrency,
        ahead: () => pace.opening(),
        // Of the time that a lease has beyond the exchange, a third is reserved for recording the outcome.
        sendWithinMs: (Duration.toMillis(options.lease) - Duration.toMillis(options.timeout)) * (2 / 3),
        ended: (isScheduled) => {
          if (isScheduled) Queue.offerUnsafe(scheduled, undefined)
          producer.changed()
        },
        offer: queue.offerUnsafe,
        refused: (reason, noted) => fork(Effect.ignore(blockCustomer(reason))).addObserver(noted),
      })
      metrics.observe(
        {
          type: "gauge",
          name: "lead_gateway_worker_in_flight",
          help: "Leads that this worker has claimed and not finished",
        },
        deliveries.held,
      )
      const pace: Pace = yield* watchPace(() => deliveries.answers())
      const producer = Producer.make({
        free: () => (deliveries.isFull() ? 0 : concurrency + pace.claiming() - deliveries.held()),
        batch: concurrency,
      })
      yield* Effect.addFinalizer(() => drain(deliveries, producer, queue, options.shutdownTimeout))

      const claims = yield* makeClaims({ work, producer, deliveries, concurrency, lease: options.lease })
      const listen = Effect.gen(function* () {
        const max = yield* producer.room
        producer.note(yield* queue.take({ max, within: options.pollInterval }))
      })
      const checkAddress = Effect.flatMap(client.refusal, (refusal) =>
        blockCustomer(Option.getOrUndefined(refusal)),
      )
      const every = <A, E>(interval: Duration.Duration, once: Effect.Effect<A, E>) =>
        Effect.andThen(Effect.sleep(interval), once)

      const loops = [
        forever("claim leads", claims.next),
        forever("claim leads alone", claims.suspects),
        forever("listen to the queue", listen),
        forever(
          "watch the schedule",
          watchSchedule(work, producer, scheduled, options.scanInterval, claims.noteSuspect),
        ),
        forever("sweep", every(options.scanInterval, sweep(work, queue, options.scanLimit))),
        forever("offer leads again", reoffer(work, queue)),
        forever("check the customer's address", every(options.addressCheckInterval, checkAddress)),
      ]
      yield* database.ready.pipe(
        Effect.andThen(
          Effect.retry(customers.configure(defaultCustomer, options.customer), untilPostgresIsBack),
        ),
        Effect.andThen(Effect.retry(options.contacts?.ready ?? Effect.void, untilPostgresIsBack)),
        Effect.andThen(Effect.ignore(checkAddress)),
        Effect.andThen(options.isAlone ? Effect.ignore(work.expireLeases) : Effect.void),
        Effect.andThen(Effect.all(loops, { concurrency: "unbounded", discard: true })),
        Effect.catchCause((cause) =>
          Effect.andThen(
            Effect.logError("the worker cannot start", cause),
            Effect.sync(() => stop.fail("the worker cannot start")),
          ),
        ),
        Effect.forkScoped,
      )
    }),
  )

/** Stores why nothing can be sent to the customer, or (undefined) that deliveries may go on. Logs changes. */
const block = (customers: Customers["Service"]) => (reason: string | undefined) =>
  Effect.flatMap(customers.block(defaultCustomer, reason), (isNews) => {
    if (!isNews) return Effect.void
    return reason === undefined
      ? Effect.logInfo("deliveries to the customer are no longer blocked")
      : Effect.logError(`deliveries to the customer are blocked, and its leads wait: ${reason}`)
  })

const untilPostgresIsBack = {
  schedule: Schedule.spaced(Duration.seconds(1)),
  while: ({ _tag }: StoreError) => _tag === "StoreUnavailable",
}
