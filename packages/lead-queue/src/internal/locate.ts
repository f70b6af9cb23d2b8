/**
 * Finds the Redis server to connect to: the server of the URL, the master that Sentinels name, or the node of a Cluster
 * that has the queue's slot.
 */
import { Duration, Effect } from "effect"
import type { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"
import { ask, hostOr, introduce, open, RedisFailure } from "./session.ts"

/**
 * The server that holds `key`. Fails if none of the URL's addresses knows it.
 *
 * They are asked in their order, from that with the index `first` on: whoever cannot connect to the result asks another
 * one next time, since a Sentinel or node that lost touch with the others keeps naming a server that is gone.
 */
export const locate = (url: RedisUrl, key: string, first = 0): Effect.Effect<Address, RedisFailure> => {
  if (url.mode === "server") return Effect.succeed(url.addresses[0])
  const start = first % url.addresses.length
  const ordered = [...url.addresses.slice(start), ...url.addresses.slice(0, start)]
  return Effect.firstSuccessOf(ordered.map((address) => locateBy(address, url, key)))
}

/**
 * Waits until Sentinels name another master than this one: most of those that answer, and at least half of all. Returns
 * it. Never returns in other modes.
 *
 * A master that was frozen or cut off accepts commands for some ten seconds after it came back, until a Sentinel makes it
 * a replica. A Cluster makes it one at once.
 */
export const superseded = (url: RedisUrl, key: string, master: Address): Effect.Effect<Address> => {
  if (url.mode !== "sentinel") return Effect.never
  const vote = Effect.map(
    Effect.forEach(url.addresses, (address) => Effect.option(locateBy(address, url, key)), {
      concurrency: "unbounded",
    }),
    (answers) => {
      const named = answers.flatMap((answer) => (answer._tag === "Some" ? [answer.value] : []))
      const others = Map.groupBy(
        named.filter(({ host, port }) => host !== master.host || port !== master.port),
        ({ host, port }) => `${host} ${port}`,
      )
      return [...others.values()].find(
        (votes) => votes.length * 2 > named.length && votes.length * 2 >= url.addresses.length,
      )?.[0]
    },
  )
  return Effect.gen(function* () {
    for (;;) {
      yield* Effect.sleep(betweenVotes)
      const other = yield* vote
      if (other !== undefined) return other
    }
  })
}

/** Each vote opens one connection to each Sentinel. */
const betweenVotes = Duration.seconds(2)

const locateBy = (address: Address, url: RedisUrl, key: string) =>
  open(address, url).pipe(
    Effect.flatMap((client) =>
      url.mode === "sentinel" ? askSentinel(client, url) : askNode(client, url, key, address),
    ),
    Effect.scoped,
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
    return { host: typeof host === "string" ? hostOr(host, node.host) : node.host, port: Number(port) }
  }
  return yield* new RedisFailure({ reason: "no node of the Cluster has the queue" })
})

const listOf = (answer: unknown): ReadonlyArray<unknown> => (Array.isArray(answer) ? answer : [])
