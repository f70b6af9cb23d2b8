import { Duration, Effect, Layer, Queue, Scope } from "effect"
import { randomUUID } from "node:crypto"
import { type Connection, makeConnection, presence } from "./internal/connection.ts"
import { makeOffers, type Offers } from "./internal/offers.ts"
import { ask, wantsNewConnection } from "./internal/session.ts"
import { makeTakes, type Takes } from "./internal/takes.ts"
import { LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
import * as RedisUrl from "./RedisUrl.ts"

/** How the Redis driver connects. */
export interface RedisLeadQueueOptions {
  readonly url: RedisUrl.RedisUrl
  /** Whether this process takes leads, and so watches for a Redis that has lost them. */
  readonly takes: boolean
  /** How long an offered lead may wait before workers look for it in the store; 10 s by default. */
  readonly patience?: Duration.Duration
}

/** The list of lead ids, oldest first. Operators read it with `LLEN` and `LRANGE`. */
export const key = "queue:process_lead"

/**
 * Exists as long as Redis has not lost its memory. The process that finds it missing and sets it is the one whose
 * `forgot` ends. The braces put it into the list's slot of a Cluster.
 */
const epochKey = `{${key}}:epoch`

/**
 * The queue that is a list in Redis: `queue:process_lead`.
 *
 * One connection for commands, and one that blocks, from the first take on. The layer is there at once, before
 * Redis is. While Redis is away offers are dropped, takes end with `AnyDue`, and connections are tried for ever;
 * that is logged once, and once when it is over. Needs Redis 6.2. In a Cluster only the node that has the list is
 * connected to.
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

      /** Only processes that take may set the epoch: in another, `forgot` would end in vain. */
      const lookAtEpoch = Effect.fnUntraced(
        function* (send: Send) {
          if ((yield* send((client) => client.exists(epochKey))) === 1) return
          const set = yield* send((client) => client.set(epochKey, randomUUID(), "NX"))
          if (set === "OK") yield* Queue.offer(lost, undefined)
        },
        // A Redis that is out of memory cannot store the epoch, and is still good enough to take from.
        Effect.catchIf(
          (failure) => !wantsNewConnection(failure),
          () => Effect.void,
        ),
      )

      const commands: Connection = makeConnection({
        url,
        key,
        onOpen: (client) => (options.takes ? lookAtEpoch((command) => ask(client, command)) : Effect.void),
        ...presence({ onAway: ({ reason }) => warn(reason), onBack: back, onEachAway: () => offers.clear() }),
      })
      const offers: Offers = yield* makeOffers({
        connection: commands,
        key,
        onRefused: warn,
        onAccepted: back,
      })
      yield* commands.begin

      /** From the first take on. */
      const takes = yield* Effect.cached(
        Effect.gen(function* () {
          let blockedId: number | undefined
          const blocking = makeConnection({
            url,
            key,
            onOpen: (client) =>
              ask(client, () => client.client("ID")).pipe(
                Effect.map((id) => (blockedId = id)),
                Effect.ignore,
              ),
            ...presence({ onBack: Effect.sync(() => made.wakeAll()), onReady: () => made.resume() }),
          })
          const made: Takes = makeTakes({ blocking, commands, key, blockedId: () => blockedId })
          yield* blocking.begin
          yield* made.begin
          return made
        }).pipe(Scope.provide(scope), Effect.uninterruptible),
      )
      let lookedAt = -Infinity
      const lookNowAndThen = Effect.suspend(() => {
        const now = performance.now()
        if (now - lookedAt < betweenLooksMs || !options.takes) return Effect.void
        lookedAt = now
        return Effect.forkIn(Effect.ignore(lookAtEpoch(commands.run)), scope)
      })

      return LeadQueue.of({
        offer: (ids) => Effect.sync(() => offers.add(ids)),
        offerUnsafe: offers.add,
        take: (wish) =>
          Effect.andThen(
            lookNowAndThen,
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

type Send = Connection["run"]

/** A look at the epoch is cheap, and a busy worker takes often. */
const betweenLooksMs = 1000
