import { Duration, Effect, Layer, Queue, Scope } from "effect"
import { randomUUID } from "node:crypto"
import { type Connection, makeConnection } from "./internal/connection.ts"
import { surviving } from "./internal/keepRunning.ts"
import { makeOffers, type Offers } from "./internal/offers.ts"
import { presence } from "./internal/reconnect.ts"
import type { Send } from "./internal/redirect.ts"
import { wantsNewConnection } from "./internal/session.ts"
import { makeTakes, type Takes } from "./internal/takes.ts"
import { LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
import * as RedisUrl from "./RedisUrl.ts"

/** Options of the Redis driver. */
export interface RedisLeadQueueOptions {
  readonly url: RedisUrl.RedisUrl
  /** Whether this process takes leads, and so checks whether Redis has lost its data. */
  readonly takes: boolean
  /** How long an offered lead may wait before workers find it by its schedule; 10 s by default. */
  readonly patience?: Duration.Duration
}

/** The list of lead ids, oldest first. Operators read it with `LLEN` and `LRANGE`. */
export const key = "queue:process_lead"

/**
 * A key that exists unless Redis has lost its data. `forgot` returns in the process that sets it again. The braces are a
 * hash tag that puts it into the list's slot of a Cluster.
 */
const epochKey = `{${key}}:epoch`

/**
 * A queue in a Redis list, `queue:process_lead`.
 *
 * Uses one connection for commands and, from the first take on, one for blocking pops. The layer does not wait for Redis.
 * While Redis is not available, offers are dropped, takes return `AnyDue` and the queue reconnects; the begin and the end
 * of this are logged once each. Needs Redis 6.2. In a Cluster it connects to the node of the list only.
 */
export const layer = (options: RedisLeadQueueOptions): Layer.Layer<LeadQueue> =>
  Layer.effect(
    LeadQueue,
    Effect.gen(function* () {
      const { url, patience = Duration.seconds(10) } = options
      const patienceMs = Duration.toMillis(patience)
      const scope = yield* Effect.scope
      const lost = yield* Queue.sliding<void>(1)

      const annotated = Effect.annotateLogs({ redis: RedisUrl.show(url) })
      const warn = (reason: string) =>
        Effect.logWarning("Redis takes no leads; workers find them in the database meanwhile").pipe(
          Effect.annotateLogs({ reason }),
          annotated,
        )
      const back: Effect.Effect<void> = Effect.suspend(() =>
        Effect.logInfo("Redis takes leads again").pipe(
          Effect.annotateLogs({ not_offered_meanwhile: offers.dropped() }),
          annotated,
        ),
      )

      /** Only for processes that take: in another one, nobody waits for `forgot`. */
      const checkEpoch = Effect.fnUntraced(
        function* (send: Send) {
          if ((yield* send((client) => client.exists(epochKey))) === 1) return
          const set = yield* send((client) => client.set(epochKey, randomUUID(), "NX"))
          if (set === "OK") yield* Queue.offer(lost, undefined)
        },
        // A Redis that is out of memory cannot store the epoch, but leads can be taken from it.
        Effect.catchIf(
          (failure) => !wantsNewConnection(failure),
          () => Effect.void,
        ),
      )

      const present = presence({ onAway: ({ reason }) => warn(reason), onBack: back })()
      const commands: Connection = makeConnection({
        url,
        key,
        onOpen: (send) => (options.takes ? checkEpoch(send) : Effect.void),
        onAway: (failure) =>
          Effect.andThen(
            Effect.sync(() => offers.away()),
            present.onAway(failure),
          ),
        onReady: Effect.andThen(
          Effect.sync(() => offers.resume()),
          present.onReady,
        ),
      })
      const offers: Offers = yield* makeOffers({
        server: "Redis",
        isReady: commands.isReady,
        push: (ids) => Effect.asVoid(commands.run((client) => client.rpush(key, ...ids))),
        isLost: wantsNewConnection,
        onRefused: warn,
        onAccepted: back,
      })
      yield* commands.begin

      /** Made at the first take. */
      const takes = yield* Effect.cached(
        Effect.gen(function* () {
          let blockedId: number | undefined
          const blockingPresent = presence({ onBack: Effect.sync(() => made.wakeAll()) })()
          const blocking = makeConnection({
            url,
            key,
            onOpen: (send) =>
              send((client) => client.client("ID")).pipe(
                Effect.map((id) => (blockedId = id)),
                Effect.ignore,
              ),
            onAway: blockingPresent.onAway,
            onReady: Effect.andThen(
              Effect.sync(() => made.resume()),
              blockingPresent.onReady,
            ),
          })
          const made: Takes = makeTakes({ blocking, commands, key, blockedId: () => blockedId })
          yield* blocking.begin
          yield* made.begin
          return made
        }).pipe(Scope.provide(scope), Effect.uninterruptible),
      )
      let checkedAt = -Infinity
      const checkEpochSometimes = Effect.suspend(() => {
        const now = performance.now()
        if (now - checkedAt < betweenChecksMs || !options.takes) return Effect.void
        checkedAt = now
        const check = surviving(
          "checking whether Redis has lost leads",
          Effect.ignore(checkEpoch(commands.run)),
        )
        return Effect.forkIn(check, scope)
      })

      return LeadQueue.of({
        offer: (ids) => Effect.sync(() => offers.add(ids)),
        offerUnsafe: offers.add,
        take: (wish) =>
          Effect.andThen(
            checkEpochSometimes,
            Effect.flatMap(takes, ({ take }) => take(wish)),
          ),
        depth: Effect.mapError(
          commands.run((client) => client.llen(key)),
          () => new LeadQueueUnavailable(),
        ),
        patienceMs: () => (commands.isReady() && !offers.isRefused() ? patienceMs : 0),
        forgot: Queue.take(lost),
      })
    }),
  )

/** How often to check the epoch, at most: a busy worker takes more often. */
const betweenChecksMs = 1000
