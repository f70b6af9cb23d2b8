/**
 * A connection to the Redis server that holds the queue. When it is lost, it is replaced, with growing pauses between
 * attempts.
 *
 * The server is located again for each connection, so that a failover is followed.
 */
import { Effect, type Scope } from "effect"
import type { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"
import { locate, superseded } from "./locate.ts"
import { keepConnected, type Presence } from "./reconnect.ts"
import { makeSend, type Send } from "./redirect.ts"
import { closed, introduce, open, RedisFailure, wantsNewConnection } from "./session.ts"

/** What to connect to, and callbacks for its state. */
export interface ConnectionOptions extends Presence {
  readonly url: RedisUrl
  /** The key whose node of a Cluster is connected to. */
  readonly key: string
  /** Runs on a new connection before it is used. If it fails, the connection is replaced. */
  readonly onOpen: (send: Send) => Effect.Effect<void, RedisFailure>
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
  /** Where to connect to next, if that is known. */
  let known: Address | undefined

  const connected = keepConnected<RedisFailure>({
    server: "Redis",
    session: ({ attempts, usable }) =>
      Effect.gen(function* () {
        const address = known ?? (yield* locate(url, key, attempts))
        known = undefined
        const client = yield* open(address, url)
        yield* introduce(client, url)
        const send = yield* makeSend(client, url)
        // A write without effect, which a replica refuses, and Redis while it loads its data.
        yield* send((one) => one.persist(key))
        yield* onOpen(send)
        current = { client, send }
        usable()
        yield* onReady
        yield* Effect.raceFirst(
          closed(client),
          Effect.map(superseded(url, key, address), (other) => void (known = other)),
        )
        return yield* new RedisFailure({ reason: "the connection closed" })
      }).pipe(Effect.ensuring(Effect.sync(() => (current = undefined)))),
    onAway,
  })

  return {
    begin: Effect.asVoid(Effect.forkScoped(connected)),
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
