/** What can be learned of a Redis before it is used as a queue, for whoever looks for what is wrong. */
import { Effect } from "effect"
import { locate } from "./internal/connection.ts"
import { ask, introduce, open, type RedisFailure } from "./internal/session.ts"
import { key } from "./RedisLeadQueue.ts"
import type { RedisUrl } from "./RedisUrl.ts"

/** What was found. */
export interface RedisLook {
  /** As people write it: `7.0.15`; `unknown` where the user may not ask. */
  readonly version: string
  /** The version has the commands that the queue needs: 6.2 or later. True where it is not known. */
  readonly isVersionFit: boolean
  /** Whether this server takes no writes: a replica. */
  readonly isReplica: boolean
  /** What it does when its memory is full, such as `noeviction`; `unknown` where the user may not ask. */
  readonly evicts: string
  /** Leads that wait in the queue. */
  readonly depth: number
}

/**
 * Connects as the queue does, to the server that holds it, and looks. Changes nothing.
 *
 * Fails with a reason that holds no secret: a code of Redis or of the network (`WRONGPASS`, `ECONNREFUSED`) or a few words.
 */
export const lookAtRedis = (url: RedisUrl): Effect.Effect<RedisLook, RedisFailure> =>
  Effect.gen(function* () {
    const client = yield* open(yield* locate(url, key), url)
    yield* introduce(client, url)
    const depth = yield* ask(client, () => client.llen(key))
    const server = yield* known(ask(client, () => client.info("server")))
    const replication = yield* known(ask(client, () => client.info("replication")))
    const memory = yield* known(ask(client, () => client.info("memory")))
    const version = field(server, "redis_version")
    return {
      version,
      isVersionFit: isFit(version),
      isReplica: field(replication, "role") === "slave",
      evicts: field(memory, "maxmemory_policy"),
      depth,
    }
  }).pipe(Effect.scoped)

/** The answer to what a restricted user may not ask is not known. */
const known = (answer: Effect.Effect<string, RedisFailure>) =>
  Effect.catchIf(
    answer,
    ({ reason }) => reason === "NOPERM",
    () => Effect.succeed(""),
  )

const field = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "unknown"

const isFit = (version: string): boolean => {
  const [major = Number.NaN, minor = 0] = version.split(".").map(Number)
  return Number.isNaN(major) || major > 6 || (major === 6 && minor >= 2)
}
