/** The queue that announces due leads to the workers. */
import * as RedisUrl from "@lead-gateway/lead-queue/redis-url"
import { Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The queue: Postgres itself, or a list in Redis. */
export type QueueSettings =
  | { readonly type: "database" }
  | { readonly type: "redis"; readonly url: RedisUrl.RedisUrl }

const expected = `${RedisUrl.allowed}, or QUEUE_TYPE=database, which needs no Redis`

/** Printed without credentials; an invalid URL is not printed at all. */
const redisUrl = Settings.required(
  "REDIS_URL",
  Kind.makeSecret(
    expected,
    "redis://localhost:6379",
    (text) => Result.mapError(RedisUrl.parse(text), (reason) => `${expected} (${reason})`),
    RedisUrl.show,
  ),
  "Where Redis is, with `QUEUE_TYPE=redis`; otherwise ignored",
)

const settings = (fallback: "redis" | "database"): Settings.Settings<QueueSettings> => {
  const type = Settings.withDefault(
    "QUEUE_TYPE",
    Kind.literals(["redis", "database"]),
    "The queue that announces due leads to the workers",
    fallback,
  )
  const database = Settings.map(type, (): QueueSettings => ({ type: "database" }))
  const redis = Settings.map(Settings.all({ type, url: redisUrl }), ({ url }): QueueSettings => ({
    type: "redis",
    url,
  }))
  return Settings.choose([database, redis], (source) =>
    Result.getOrUndefined(type.read(source)) === "redis" ? redis : database,
  )
}

/** The queue of the gateway: Postgres by default. */
export const embeddedQueueSettings: Settings.Settings<QueueSettings> = settings("database")

/** The queue of api and worker: Redis by default. */
export const queueSettings: Settings.Settings<QueueSettings> = settings("redis")
