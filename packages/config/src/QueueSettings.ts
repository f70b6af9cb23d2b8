/** The queue that announces due leads to the workers. */
import * as RabbitUrl from "@lead-gateway/lead-queue/rabbit-url"
import * as RedisUrl from "@lead-gateway/lead-queue/redis-url"
import { Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The queue: Postgres itself, a list in Redis, or a queue in RabbitMQ. */
export type QueueSettings =
  | { readonly type: "database" }
  | { readonly type: "redis"; readonly url: RedisUrl.RedisUrl }
  | {
      readonly type: "rabbitmq"
      readonly url: RabbitUrl.RabbitUrl
      /** The name of the queue. */
      readonly queue: string
      readonly queueType: "quorum" | "classic"
      /** How many ids are delivered to a worker ahead of its acknowledgements. */
      readonly prefetch: number
    }

type QueueType = QueueSettings["type"]

const types: ReadonlyArray<QueueType> = ["redis", "rabbitmq", "database"]

/** Printed without credentials; an invalid URL is not printed at all. */
const url = <A>(
  name: string,
  about: string,
  example: string,
  module: {
    readonly allowed: string
    readonly parse: (text: string) => Result.Result<A, string>
    readonly show: (url: A) => string
  },
  server: string,
) => {
  const expected = `${module.allowed}, or QUEUE_TYPE=database, which needs no ${server}`
  return Settings.required(
    name,
    Kind.makeSecret(
      expected,
      example,
      (text) => Result.mapError(module.parse(text), (reason) => `${expected} (${reason})`),
      module.show,
    ),
    about,
  )
}

const redisUrl = url(
  "REDIS_URL",
  "Where Redis is, with `QUEUE_TYPE=redis`; otherwise ignored",
  "redis://localhost:6379",
  RedisUrl,
  "Redis",
)

/** RabbitMQ's longest name has 255 bytes, and endings are added to this one. */
const queueName = Kind.make(
  "1 to 200 visible ASCII characters that do not begin with amq.",
  "queue:process_lead",
  (text) => (/^(?!amq\.)[!-~]{1,200}$/.test(text) ? text : undefined),
  (value) => value,
)

const rabbit = {
  url: url(
    "RABBITMQ_URL",
    "Where RabbitMQ is, with `QUEUE_TYPE=rabbitmq`; otherwise ignored",
    "amqp://localhost:5672",
    RabbitUrl,
    "RabbitMQ",
  ),
  queue: Settings.withDefault(
    "RABBITMQ_QUEUE",
    queueName,
    "The queue in RabbitMQ; the names of its dead letters and of its marker begin with it",
    "queue:process_lead",
  ),
  queueType: Settings.withDefault(
    "RABBITMQ_QUEUE_TYPE",
    Kind.literals(["quorum", "classic"]),
    "How the queue is declared, unless there is one of that name: `quorum` is replicated in a cluster",
    "quorum",
  ),
  prefetch: Settings.withDefault(
    "RABBITMQ_PREFETCH",
    Kind.integer({ minimum: 1, maximum: 1000 }),
    "How many leads RabbitMQ announces to a worker ahead of its acknowledgements",
    20,
  ),
}

const settings = (fallback: QueueType): Settings.Settings<QueueSettings> => {
  const type = Settings.withDefault(
    "QUEUE_TYPE",
    Kind.literals(types),
    "The queue that announces due leads to the workers",
    fallback,
  )
  const queues = {
    database: Settings.map(type, (): QueueSettings => ({ type: "database" })),
    redis: Settings.map(Settings.all({ type, url: redisUrl }), ({ url }): QueueSettings => ({
      type: "redis",
      url,
    })),
    rabbitmq: Settings.map(Settings.all({ type, ...rabbit }), (chosen): QueueSettings => ({
      ...chosen,
      type: "rabbitmq",
    })),
  }
  return Settings.choose([queues.database, queues.redis, queues.rabbitmq], (source) =>
    Result.match(type.read(source), {
      onSuccess: (chosen) => queues[chosen],
      onFailure: () => queues.database,
    }),
  )
}

/** The queue of the gateway: Postgres by default. */
export const embeddedQueueSettings: Settings.Settings<QueueSettings> = settings("database")

/** The queue of api and worker: Redis by default. */
export const queueSettings: Settings.Settings<QueueSettings> = settings("redis")
