/**
 * A connection to the Redis server that holds the queue. When it is lost, it is replaced, with growing pauses between
 * attempts.
 *
 * The server is located again for each connection, so that a failover is followed.
 */
import { Duration, Effect, Random, type Scope } from "effect"
import type { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"
import { keepRunning } from "./keepRunning.ts"
import { locate, superseded } from "./locate.ts"
import { makeSend, type Send } from "./redirect.ts"
import { closed, introduce, open, RedisFailure, wantsNewConnection } from "./session.ts"

/** What to connect to, and callbacks for its state. */
export interface ConnectionOptions {
  readonly url: RedisUrl
  /** The key whose node of a Cluster is connected to. */
  readonly key: string
  /** Runs on a new connection before it is used. If it fails, the connection is replaced. */
  readonly onOpen: (send: Send) => Effect.Effect<void, RedisFailure>
  /** Runs when the connection can be used. */
  readonly onReady: Effect.Effect<void>
  /** Runs after each failed attempt, and when the connection is lost. */
  readonly onAway: (failure: RedisFailure) => Effect.Effect<void>
}

/** A connection that may be open or not. */
export interface Connection {
  /** Connects, and stays connected until the scope closes. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
  readonly isReady: () => boolean
  /** Sends a command. Fails at once while there is no connection. */
  readonly run: Send
}

/** Makes a connection that is not begun yet. */
export const makeConnection = (options: ConnectionOptions): Connection => {
  const { url, key, onOpen, onReady, onAway } = options
  let current: { readonly client: Redis; readonly send: Send } | undefined
  let attempts = 0
  /** Where to connect to next, if that is known. */
  let known: Address | undefined

  /** From a connection's opening to its end. */
  const session = Effect.gen(function* () {
    const address = known ?? (yield* locate(url, key, attempts))
    known = undefined
    const client = yield* open(address, url)
    yield* introduce(client, url)
    const send = yield* makeSend(client, url)
    // A write without effect, which a replica refuses, and Redis while it loads its data.
    yield* send((one) => one.persist(key))
    yield* onOpen(send)
    current = { client, send }
    const since = performance.now()
    yield* onReady
    yield* Effect.raceFirst(
      closed(client),
      Effect.map(superseded(url, key, address), (other) => void (known = other)),
    )
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
    begin: Effect.asVoid(Effect.forkScoped(keepRunning("the connection to Redis", session))),
    isReady: () => current !== undefined,
    run: (command, within) =>
      Effect.suspend(() => {
        if (current === undefined) return Effect.fail(new RedisFailure({ reason: "there is no connection" }))
        const { client, send } = current
        return Effect.tapError(send(command, within), (failure) =>
          Effect.sync(() => (wantsNewConnection(failure) ? client.disconnect() : undefined)),
        )
      }),
  }
}

/** After a connection that lasted so long, the pauses start from the shortest again. */
const lastingMs = 1000

const firstPauseMs = 50
const longestPauseMs = 5000

/** Callbacks that report the first of several failed attempts, and the success that follows. */
export const presence = (report: {
  readonly onAway?: (failure: RedisFailure) => Effect.Effect<void>
  readonly onEachAway?: () => void
  readonly onBack: Effect.Effect<void>
  readonly onReady?: () => void
}) => {
  let isAway = false
  return {
    onReady: Effect.suspend(() => {
      const wasAway = isAway
      isAway = false
      report.onReady?.()
      return wasAway ? report.onBack : Effect.void
    }),
    onAway: (failure: RedisFailure) =>
      Effect.suspend(() => {
        const wasAway = isAway
        isAway = true
        report.onEachAway?.()
        return wasAway || report.onAway === undefined ? Effect.void : report.onAway(failure)
      }),
  }
}
