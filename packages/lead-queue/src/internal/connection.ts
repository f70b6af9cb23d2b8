/**
 * A connection to the Redis server that holds the queue. When it is lost, it is replaced, with growing pauses between
 * attempts.
 *
 * The server is located again for each connection, so that a failover is followed: it is the server of the URL, the
 * master that a Sentinel names, or the node of a Cluster that has the queue's slot.
 */
import { Duration, Effect, Random, type Scope } from "effect"
import type { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"
import { ask, closed, introduce, open, RedisFailure, wantsNewConnection } from "./session.ts"

/** What to connect to, and callbacks for its state. */
export interface ConnectionOptions {
  readonly url: RedisUrl
  /** The key whose node of a Cluster is connected to. */
  readonly key: string
  /** Runs on a new connection before it is used. If it fails, the connection is replaced. */
  readonly onOpen: (client: Redis) => Effect.Effect<void, RedisFailure>
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
  readonly run: <A>(
    command: (client: Redis) => Promise<A>,
    within?: Duration.Duration,
  ) => Effect.Effect<A, RedisFailure>
}

/** Makes a connection that is not begun yet. */
export const makeConnection = (options: ConnectionOptions): Connection => {
  const { url, key, onOpen, onReady, onAway } = options
  let current: Redis | undefined
  let attempts = 0

  /** From a connection's opening to its end. */
  const session = Effect.gen(function* () {
    const client = yield* open(yield* locate(url, key), url)
    yield* introduce(client, url)
    // A write without effect, which a replica refuses, and Redis while it loads its data.
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

/** The server that holds `key`. Fails if none of the URL's addresses knows it. */
export const locate = (url: RedisUrl, key: string): Effect.Effect<Address, RedisFailure> =>
  url.mode === "server"
    ? Effect.succeed(url.addresses[0])
    : Effect.firstSuccessOf(
        url.addresses.map((address) =>
          open(address, url).pipe(
            Effect.flatMap((client) =>
              url.mode === "sentinel" ? askSentinel(client, url) : askNode(client, url, key, address),
            ),
            Effect.scoped,
          ),
        ),
      )

/** Authenticates only if the Sentinel asks for it: often its servers have a password and it has none. */
const askSentinel = (client: Redis, url: RedisUrl) => {
  const question = ask(client, () => client.call("SENTINEL", "get-master-addr-by-name", url.master))
  return question.pipe(
    Effect.catchIf(
      ({ reason }) => reason === "NOAUTH",
      () => Effect.andThen(introduce(client, { ...url, database: 0 }), question),
    ),
    Effect.flatMap((answer) => {
      const [host, port] = listOf(answer)
      return typeof host === "string"
        ? Effect.succeed({ host, port: Number(port) })
        : Effect.fail(new RedisFailure({ reason: "the Sentinel does not know the master" }))
    }),
  )
}

const askNode = Effect.fnUntraced(function* (client: Redis, url: RedisUrl, key: string, node: Address) {
  yield* introduce(client, url)
  const slot = Number(yield* ask(client, () => client.call("CLUSTER", "KEYSLOT", key)))
  const ranges = yield* ask(client, () => client.call("CLUSTER", "SLOTS"))
  for (const range of listOf(ranges)) {
    const [from, to, master] = listOf(range)
    if (!(Number(from) <= slot && slot <= Number(to))) continue
    const [host, port] = listOf(master)
    // A node that does not know its own address leaves it empty.
    return { host: typeof host === "string" && host !== "" ? host : node.host, port: Number(port) }
  }
  return yield* new RedisFailure({ reason: "no node of the Cluster has the queue" })
})

const listOf = (answer: unknown): ReadonlyArray<unknown> => (Array.isArray(answer) ? answer : [])
