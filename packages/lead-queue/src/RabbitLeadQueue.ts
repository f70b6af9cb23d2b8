import { Duration, Effect, Latch, Layer, Queue } from "effect"
import { makeConnection } from "./internal/rabbit/connection.ts"
import { makeDeliveries } from "./internal/rabbit/deliveries.ts"
import { isLost, makePublisher } from "./internal/rabbit/publisher.ts"
import { ask, openChannel, openConfirmChannel, type RabbitFailure } from "./internal/rabbit/session.ts"
import { deadLetters, declare, declareMarker, marker } from "./internal/rabbit/topology.ts"
import { surviving } from "./internal/keepRunning.ts"
import { makeOffers, type Offers } from "./internal/offers.ts"
import { presence } from "./internal/reconnect.ts"
import { LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
import * as RabbitUrl from "./RabbitUrl.ts"

/** Where the queue is, and how it is made where it is missing. */
export interface RabbitQueue {
  readonly url: RabbitUrl.RabbitUrl
  /** The name of the queue; those of the dead letters and of a marker begin with it. */
  readonly queue: string
  readonly queueType: "quorum" | "classic"
  /** How many ids RabbitMQ delivers to a worker ahead of its acknowledgements. */
  readonly prefetch: number
}

/** Options of the RabbitMQ driver. */
export interface RabbitLeadQueueOptions extends RabbitQueue {
  /** Whether this process takes leads, and so checks whether RabbitMQ has lost its data. */
  readonly takes: boolean
  /** How long an offered lead may wait before workers find it by its schedule; 10 s by default. */
  readonly patience?: Duration.Duration
}

/**
 * A durable queue in RabbitMQ, with one persistent message for each id.
 *
 * Uses one connection to publish, which RabbitMQ blocks when it lacks memory or disk, and one for everything else. The
 * layer does not wait for RabbitMQ. While it is not available, offers are dropped, takes return `AnyDue` and the queue
 * reconnects; the begin and the end of this are logged once each. Takes have at most the ids that have been delivered:
 * there may be more in the queue.
 */
export const layer = (options: RabbitLeadQueueOptions): Layer.Layer<LeadQueue> =>
  Layer.effect(
    LeadQueue,
    Effect.gen(function* () {
      const { url, patience = Duration.seconds(10), prefetch, queue, takes } = options
      const patienceMs = Duration.toMillis(patience)
      const scope = yield* Effect.scope
      const lost = yield* Queue.sliding<void>(1)

      const annotated = Effect.annotateLogs({ rabbitmq: RabbitUrl.show(url) })
      const warn = (reason: string) =>
        Effect.logWarning("RabbitMQ takes no leads; workers find them in the database meanwhile").pipe(
          Effect.annotateLogs({ reason }),
          annotated,
        )
      const back: Effect.Effect<void> = Effect.suspend(() => {
        deliveries.wakeAll()
        return Effect.logInfo("RabbitMQ takes leads again").pipe(
          Effect.annotateLogs({ not_offered_meanwhile: offers.dropped() }),
          annotated,
        )
      })
      const present = presence({ onAway: ({ reason }) => warn(reason), onBack: back })

      const hasDeadLetter = Latch.makeUnsafe(false)
      yield* hasDeadLetter.await.pipe(
        Effect.andThen(Effect.logWarning(`what is no lead's id was moved to ${deadLetters(queue)}`)),
        annotated,
        Effect.forkScoped,
      )
      const deliveries = makeDeliveries({
        queue,
        onLost: () => commands.current()?.session.cut(),
        onDeadLetter: () => hasDeadLetter.openUnsafe(),
      })

      /** Everything but publishing. */
      const commands = makeConnection({
        url,
        ...present(),
        setUp: Effect.fnUntraced(function* (session) {
          yield* declare(session, options)
          const mark = takes ? yield* declareMarker(session, options) : "refused"
          if (mark === "made") yield* Queue.offer(lost, undefined)
          const control = yield* openChannel(session)
          const consuming = yield* openChannel(session)
          yield* ask(session.cut, () => consuming.prefetch(prefetch))
          yield* Effect.acquireRelease(
            Effect.sync(() => deliveries.attach(consuming)),
            () => Effect.sync(() => deliveries.attach(undefined)),
          )
          return { session, control, isMarked: mark !== "refused" }
        }),
      })
      const publishes = present()
      const publishing = makeConnection({
        url,
        onAway: (failure) =>
          Effect.andThen(
            Effect.sync(() => offers.away()),
            publishes.onAway(failure),
          ),
        onReady: Effect.andThen(
          Effect.sync(() => offers.resume()),
          publishes.onReady,
        ),
        setUp: Effect.fnUntraced(function* (session) {
          yield* declare(session, options)
          return makePublisher(session, yield* openConfirmChannel(session), queue)
        }),
      })
      const offers: Offers = yield* makeOffers<RabbitFailure>({
        server: "RabbitMQ",
        isReady: () => publishing.current() !== undefined,
        push: (ids) => Effect.flatMap(publishing.get, ({ publish }) => publish(ids)),
        isLost,
        onRefused: (reason) => publishes.onAway({ reason }),
        onAccepted: publishes.onReady,
      })
      yield* publishing.begin
      yield* commands.begin
      yield* Effect.addFinalizer(() => deliveries.end)

      /** The queue of that name, and how many messages are ready in it. Without one, the connection is replaced. */
      const check = (name: string) =>
        Effect.flatMap(commands.get, ({ control, session }) =>
          ask(session.cut, () => control.checkQueue(name)),
        )
      let checkedAt = -Infinity
      const checkMarkerSometimes = Effect.suspend(() => {
        const now = performance.now()
        if (now - checkedAt < betweenChecksMs || commands.current()?.isMarked !== true) return Effect.void
        checkedAt = now
        const look = surviving(
          "checking whether RabbitMQ has lost leads",
          Effect.ignore(check(marker(queue))),
        )
        return Effect.forkIn(look, scope)
      })

      return LeadQueue.of({
        offer: (ids) => Effect.sync(() => offers.add(ids)),
        offerUnsafe: offers.add,
        take: (wish) => Effect.andThen(checkMarkerSometimes, deliveries.take(wish)),
        depth: check(queue).pipe(
          Effect.map(({ messageCount }) => messageCount + deliveries.held()),
          Effect.mapError(() => new LeadQueueUnavailable()),
        ),
        patienceMs: () => {
          const publisher = publishing.current()
          const accepts = publisher !== undefined && !publisher.isBlocked() && !offers.isRefused()
          return accepts && commands.current() !== undefined ? patienceMs : 0
        },
        forgot: Queue.take(lost),
      })
    }),
  )

/** How often to look for the marker, at most: a busy worker takes more often. */
const betweenChecksMs = 1000
