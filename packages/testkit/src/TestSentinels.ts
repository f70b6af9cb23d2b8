/**
 * A real Redis master with replicas and the Sentinels that watch it, for tests of failovers.
 *
 * It takes a few seconds to start, since Sentinels find each other and the replicas by messages that they send every
 * other second.
 */
import { Effect, type Scope } from "effect"
import { lowPort } from "./internal/lowPort.ts"
import { ownRedis, type TestRedis } from "./internal/ownRedis.ts"
import type { RedisReply } from "./internal/redisCommand.ts"
import { waitFor } from "./internal/waitFor.ts"

/** What to start. */
export interface TestSentinelsOptions {
  /** The password of master and replicas, not of the Sentinels. */
  readonly password?: string
  /** 2 by default. */
  readonly replicas?: number
  /** 3 by default; more than half of them must agree on a failover. */
  readonly sentinels?: number
  /** How long a master may not answer before it is replaced; 1500 ms by default. A busy machine needs such a time. */
  readonly downAfterMs?: number
}

/** A master, its replicas and their Sentinels. */
export interface TestSentinels {
  /** `redis+sentinel://…/main`, with the password. */
  readonly url: string
  /** The servers: the first one is the master in the beginning. */
  readonly servers: ReadonlyArray<TestRedis>
  readonly sentinels: ReadonlyArray<TestRedis>
  /** The server that most Sentinels name as the master. */
  readonly master: Effect.Effect<TestRedis>
  /** Waits until all Sentinels name another master than this one, which accepts writes; returns it. */
  readonly promoted: (instead: TestRedis) => Effect.Effect<TestRedis>
  /** Waits until this server is a replica that follows its master, and the Sentinels could promote one of as many as ever. */
  readonly follows: (server: TestRedis) => Effect.Effect<void>
  /** Replaces the master as an operator does, by `SENTINEL FAILOVER`; returns the new one. */
  readonly failover: Effect.Effect<TestRedis>
}

const name = "main"

const make = (options: TestSentinelsOptions = {}): Effect.Effect<TestSentinels, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { downAfterMs = 1500, password, replicas = 2, sentinels: sentinelCount = 3 } = options
    const secret = password === undefined ? {} : { password }
    const auth = password === undefined ? [] : ["--masterauth", password]
    const server = (more: ReadonlyArray<string>) =>
      Effect.flatMap(Effect.promise(lowPort), (port) =>
        ownRedis({ ...secret, port, args: ["--repl-diskless-sync-delay", "0", ...auth, ...more] }),
      )
    const first = yield* server([])
    const followers = yield* Effect.forEach(
      Array.from({ length: replicas }),
      () => server(["--replicaof", "127.0.0.1", String(first.port)]),
      { concurrency: "unbounded" },
    )
    const servers = [first, ...followers]
    yield* Effect.forEach(followers, (one) => waitFor("a replica follows", replication(one), isLinked))

    const quorum = Math.floor(sentinelCount / 2) + 1
    const sentinels = yield* Effect.forEach(
      Array.from({ length: sentinelCount }),
      () =>
        Effect.flatMap(Effect.promise(lowPort), (port) =>
          ownRedis(
            {
              port,
              config: [
                `sentinel monitor ${name} 127.0.0.1 ${first.port} ${quorum}`,
                `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
                `sentinel failover-timeout ${name} 2000`,
                ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
              ],
            },
            ["--sentinel"],
          ),
        ),
      { concurrency: "unbounded" },
    )

    const serverOf = (reply: RedisReply) => {
      const port = Array.isArray(reply) ? Number(reply[1]) : undefined
      return servers.find((one) => one.port === port)
    }
    const masterOf = (sentinel: TestRedis) =>
      Effect.map(sentinel.command("SENTINEL", "get-master-addr-by-name", name), serverOf)
    const named = Effect.forEach(sentinels, masterOf, { concurrency: "unbounded" })
    const promoted = (instead: TestRedis) =>
      Effect.gen(function* () {
        const [other = instead] = yield* waitFor("another master is named", named, (masters) =>
          masters.every((one) => one !== undefined && one !== instead && one === masters[0]),
        )
        yield* waitFor("it is a master", replication(other), (info) => info.includes("role:master"))
        return other
      })
    const master = Effect.map(named, (masters) => {
      const votes = Map.groupBy(masters, (one) => one)
      const [most] = [...votes].toSorted(([, a], [, b]) => b.length - a.length)
      return most?.[0] ?? first
    })
    const knowsAll = (sentinel: TestRedis) =>
      waitFor("a Sentinel knows all", monitored(sentinel), (state) => {
        const isComplete = state["num-other-sentinels"] === String(sentinelCount - 1)
        return isComplete && state["num-slaves"] === String(replicas) && state["flags"] === "master"
      })
    const follows = (server: TestRedis) =>
      Effect.gen(function* () {
        yield* waitFor("the server follows", replication(server), isLinked)
        yield* Effect.forEach(sentinels, (sentinel) =>
          waitFor("no replica is down", sentinel.command("SENTINEL", "replicas", name), areAllUp),
        )
      })
    yield* Effect.forEach(sentinels, knowsAll, { concurrency: "unbounded" })
    yield* Effect.forEach(followers, follows)

    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")
    return {
      url: `redis+sentinel://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}${hosts}/${name}`,
      servers,
      sentinels,
      master,
      promoted,
      follows,
      failover: Effect.gen(function* () {
        const before = yield* master
        const begin = sentinels[0]?.command("SENTINEL", "FAILOVER", name) ?? Effect.succeed(null)
        // Refused while an earlier failover is not quite complete.
        yield* waitFor("a failover begins", begin, (reply) => reply === "OK")
        return yield* promoted(before)
      }),
    }
  })

/** Starts masters with replicas and Sentinels for tests. */
export const TestSentinels = { make }

const replication = (server: TestRedis) => Effect.map(server.command("INFO", "replication"), String)

const isLinked = (info: string) => info.includes("role:slave") && info.includes("master_link_status:up")

/** What a Sentinel says of the master. */
const monitored = (sentinel: TestRedis) => Effect.map(sentinel.command("SENTINEL", "master", name), fieldsOf)

/** The fields of a flat reply: name, value, name, value. */
const fieldsOf = (reply: RedisReply): Readonly<Record<string, string>> => {
  const list = Array.isArray(reply) ? reply.map(String) : []
  return Object.fromEntries(
    list.flatMap((field, index) => (index % 2 === 0 ? [[field, list[index + 1] ?? ""] as const] : [])),
  )
}

const areAllUp = (reply: RedisReply) =>
  Array.isArray(reply) &&
  reply.every((replica: RedisReply) => {
    const fields = fieldsOf(replica)
    return fields["flags"] === "slave" && fields["master-link-status"] === "ok"
  })
