/** Examines a Redis that is to be used as a queue: for operators who look for the cause of a failure. */
import { Effect } from "effect"
import { locate } from "./internal/locate.ts"
import { makeSend } from "./internal/redirect.ts"
import { ask, introduce, open, type RedisFailure } from "./internal/session.ts"
import { key } from "./RedisLeadQueue.ts"
import type { RedisUrl } from "./RedisUrl.ts"

/** What {@link lookAtRedis} has read. */
export interface RedisLook {
  /** Such as `7.0.15`; `unknown` if the user may not run `INFO`. */
  readonly version: string
  /** Whether the version has the commands that the queue needs: 6.2 or later. True if the version is unknown. */
  readonly isVersionFit: boolean
  /** Whether the server is a replica, which refuses writes. */
  readonly isReplica: boolean
  /** The policy when memory is full, such as `noeviction`; `unknown` if the user may not run `INFO`. */
  readonly evicts: string
  /** How many leads are in the queue. */
  readonly depth: number
}

/**
 * Connects as the queue does, to the server that holds it, and reads its state. Changes nothing.
 *
 * The reason of a failure holds no secret: it is a code of Redis or of the network (`WRONGPASS`, `ECONNREFUSED`), or a
 * short text.
 */
export const lookAtRedis = (url: RedisUrl): Effect.Effect<RedisLook, RedisFailure> =>
  Effect.gen(function* () {
    const client = yield* open(yield* locate(url, key), url)
    yield* introduce(client, url)
    const send = yield* makeSend(client, url)
    const depth = yield* send((one) => one.llen(key))
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

/** An empty text if the user lacks the permission for the command. */
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
