/**
 * Which server holds the queue: the one that is named, the master that Sentinels name, or the node of a Cluster
 * that has the queue's slot. Asked anew for each connection, so a failover is followed.
 */
import { Effect } from "effect"
import type { Redis } from "ioredis"
import type { Address, RedisUrl } from "../RedisUrl.ts"
import { ask, introduce, open } from "./session.ts"
import { RedisFailure } from "./RedisFailure.ts"

/** The server that holds `key`. Fails when no server that was asked knows it. */
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

/** Sentinels often want no password where their servers do. */
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
    // A node that does not know its own name leaves it out.
    return { host: typeof host === "string" && host !== "" ? host : node.host, port: Number(port) }
  }
  return yield* new RedisFailure({ reason: "no node of the Cluster has the queue" })
})

const listOf = (answer: unknown): ReadonlyArray<unknown> => (Array.isArray(answer) ? answer : [])
