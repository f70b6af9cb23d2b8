/**
 * A connection that is there as often as Redis is: lost ones are replaced for ever, with growing pauses.
 */
import { Duration, Effect, Random, type Scope } from "effect"
import type { Redis } from "ioredis"
import type { RedisUrl } from "../RedisUrl.ts"
import { locate } from "./locate.ts"
import { ask, closed, introduce, open } from "./session.ts"
import { RedisFailure, wantsNewConnection } from "./RedisFailure.ts"

/** What to connect to, and who wants to know when it comes and goes. */
export interface ConnectionOptions {
  readonly url: RedisUrl
  /** Decides on the node of a Cluster. */
  readonly key: string
  /** Looks at a new connection before it is used; one that fails is replaced. */
  readonly onOpen: (client: Redis) => Effect.Effect<void, RedisFailure>
  /** It can be used now. */
  readonly onReady: Effect.Effect<void>
  /** Called at each failed attempt, and when the connection is lost. */
  readonly onAway: (failure: RedisFailure) => Effect.Effect<void>
}

/** Redis, when it is there. */
export interface Connection {
  /** Begins to connect, until the scope closes. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
  readonly isReady: () => boolean
  /** Sends a command; fails at once while there is no connection. */
  readonly run: <A>(
    command: (client: Redis) => Promise<A>,
    within?: Duration.Duration,
  ) => Effect.Effect<A, RedisFailure>
}

/** A connection that has not begun. */
export const makeConnection = (options: ConnectionOptions): Connection => {
  const { url, key, onOpen, onReady, onAway } = options
  let current: Redis | undefined
  let attempts = 0

  /** From a connection's opening to its end. */
  const session = Effect.gen(function* () {
    const client = yield* open(yield* locate(url, key), url)
    yield* introduce(client, url)
    // A write that changes nothing: refused by a replica, and while Redis loads its data.
    yield* ask(client, () => client.persist(key))
    yield* onOpen(client)
    current = client
    const since = performance.now()
    yield* onReady
    yield* closed(client)
    if (performance.now() - since > lastingMs) attempts = 0
    return yield* new RedisFailure({ reason: "the connection closed" })
  }).pipe(
    Effect.ensuring(Effect.sync(() => (current = undefined))),
    Effect.scoped,
    Effect.catch((failure) => Effect.andThen(onAway(failure), pause)),
  )
  const pause = Effect.suspend(() => {
    const ms = Math.min(firstPauseMs * 2 ** attempts++, longestPauseMs)
    return Effect.flatMap(Random.nextBetween(ms / 2, ms), (jittered) =>
      Effect.sleep(Duration.millis(jittered)),
    )
  })

  return {
    begin: Effect.asVoid(Effect.forkScoped(Effect.forever(session))),
    isReady: () => current !== undefined,
    run: (command, within) =>
      Effect.suspend(() => {
        const client = current
        if (client === undefined) return Effect.fail(new RedisFailure({ reason: "there is no connection" }))
        return Effect.tapError(ask(client, command, within), (failure) =>
          Effect.sync(() => (wantsNewConnection(failure) ? client.disconnect() : undefined)),
        )
      }),
  }
}

/** A connection that lasted so long was a good one: the next attempt follows soon. */
const lastingMs = 1000

const firstPauseMs = 50
const longestPauseMs = 5000
