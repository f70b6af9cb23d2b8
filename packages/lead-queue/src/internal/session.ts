/**
 * One connection to one Redis server, from its handshake to its end, and the failures of its commands. It does not
 * reconnect.
 *
 * AUTH and SELECT are sent here: ioredis's own handshake continues with database 0 if SELECT fails, and writes warnings
 * to standard error.
 */
import { Data, Duration, Effect, Redacted, type Scope } from "effect"
import { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"

/** How long a server may take to accept a connection, and to answer a command. */
export const patience = Duration.seconds(2)

/** Opens a connection, not authenticated yet, that is closed with the scope at the latest. */
export const open = (
  address: Address,
  options: { readonly tls: boolean },
): Effect.Effect<Redis, RedisFailure, Scope.Scope> => {
  let why: unknown
  return Effect.acquireRelease(
    Effect.sync(() => {
      const client = new Redis({
        host: address.host,
        port: address.port,
        ...(options.tls ? { tls: {} } : {}),
        lazyConnect: true,
        protocol: 2,
        disableClientInfo: true,
        enableReadyCheck: false,
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
        retryStrategy: () => null,
        connectTimeout: Duration.toMillis(patience),
        disconnectTimeout: 1,
      })
      // Without a listener, ioredis would print the error.
      client.on("error", (error) => (why = error))
      return client
    }),
    (client) => Effect.sync(() => client.disconnect()),
  ).pipe(
    Effect.tap((client) => ask(client, () => client.connect())),
    Effect.mapError((failure) => (why === undefined ? failure : failureOf(why))),
  )
}

/**
 * Sends a command and waits for the response, for {@link patience} or `within` at most; closes the connection if none
 * comes. The time-out uses the system's clock and not Effect's: a test clock does not apply to a real server.
 */
export const ask = <A>(
  client: Redis,
  command: (client: Redis) => Promise<A>,
  within: Duration.Duration = patience,
): Effect.Effect<A, RedisFailure> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => {
      client.disconnect()
      resume(Effect.fail(new RedisFailure({ reason: "no answer" })))
    }, Duration.toMillis(within))
    const settle = (result: Effect.Effect<A, RedisFailure>) => {
      clearTimeout(timer)
      resume(result)
    }
    command(client).then(
      (answer) => settle(Effect.succeed(answer)),
      (error: unknown) => settle(Effect.fail(failureOf(error, client.options.host))),
    )
    return Effect.sync(() => clearTimeout(timer))
  })

/** Authenticates, and selects the database. A password is ignored by a server that has none. */
export const introduce = Effect.fnUntraced(function* (
  client: Redis,
  { username, password, database }: Pick<RedisUrl, "username" | "password" | "database">,
) {
  if (password !== undefined) {
    const credentials = [...(username === undefined ? [] : [username]), Redacted.value(password)]
    yield* ask(client, () =>
      client.call("AUTH", ...credentials).catch((error: unknown) => {
        if (
          error instanceof Error &&
          /without any password configured|no password is set/.test(error.message)
        )
          return
        throw error
      }),
    )
  }
  if (database !== 0) yield* ask(client, () => client.select(database))
  yield* Effect.ignore(ask(client, () => client.client("SETNAME", "lead-gateway")))
})

/** Waits until a connection has closed. */
export const closed = (client: Redis): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const end = () => resume(Effect.void)
    if (client.status === "end" || client.status === "close") return end()
    client.once("close", end)
    return Effect.sync(() => client.off("close", end))
  })

/** A command failed, or there is no connection. The message holds no secret and no lead. */
export class RedisFailure extends Data.TaggedError("RedisFailure")<{
  /** A code of Redis or of the network, such as `READONLY` or `ECONNREFUSED`, or a short text. */
  readonly reason: string
  /** The node that has the key, if the slot migrates there. */
  readonly ask?: Address
}> {
  override get message(): string {
    return this.reason
  }
}

/**
 * Keeps only the code of an error: Redis repeats the arguments of a command that it does not know, for AUTH the
 * password.
 */
const failureOf = (error: unknown, askedHost = ""): RedisFailure => {
  if (error instanceof RedisFailure) return error
  if (!(error instanceof Error)) return new RedisFailure({ reason: "unknown" })
  if ("code" in error && typeof error.code === "string") return new RedisFailure({ reason: error.code })
  const [code] = /^-?[A-Z][A-Z_]+(?= |$)/.exec(error.message) ?? []
  const [, host, port] = /^ASK \d+ (.*):(\d+)$/.exec(error.message) ?? []
  if (host !== undefined)
    return new RedisFailure({ reason: "ASK", ask: { host: hostOr(host, askedHost), port: Number(port) } })
  if (code !== undefined) return new RedisFailure({ reason: code })
  return new RedisFailure({ reason: "the connection closed" })
}

/** The host of a node by what the Cluster says; a node that it does not know has that of the node which was asked. */
export const hostOr = (host: string, asked: string): string => (host === "" || host === "?" ? asked : host)

/** Whether a new connection, perhaps to another server, may succeed. Not for OOM, for example. */
export const wantsNewConnection = ({ reason }: RedisFailure): boolean =>
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|UNBLOCKED|NOAUTH|no answer|.*closed)$/.test(
    reason,
  )
