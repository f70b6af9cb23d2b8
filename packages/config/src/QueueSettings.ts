/** Which queue tells the workers what to look at next. */
import * as RedisUrl from "@lead-gateway/lead-queue/redis-url"
import { Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The queue: Postgres itself, or a list in Redis. */
export type QueueSettings =
  | { readonly type: "database" }
  | { readonly type: "redis"; readonly url: RedisUrl.RedisUrl }

const allowed = `${RedisUrl.allowed}, or QUEUE_TYPE=database, which needs no Redis`

/** Shown without credentials; a wrong one is not shown at all. */
const redisUrl = Settings.required(
  "REDIS_URL",
  Kind.makeSecret(
    allowed,
    "redis://localhost:6379",
    (text) => Result.mapError(RedisUrl.parse(text), (why) => `${allowed} (${why})`),
    RedisUrl.show,
  ),
  "Where Redis is, with `QUEUE_TYPE=redis`; else it is ignored",
)

const settings = (fallback: "redis" | "database"): Settings.Settings<QueueSettings> => {
  const type = Settings.withDefault(
    "QUEUE_TYPE",
    Kind.literals(["redis", "database"]),
    "Which queue tells the workers what to look at next",
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

/** The queue of the gateway, which runs with nothing set. */
export const embeddedQueueSettings: Settings.Settings<QueueSettings> = settings("database")

/** The queue of api and worker. */
export const queueSettings: Settings.Settings<QueueSettings> = settings("redis")
