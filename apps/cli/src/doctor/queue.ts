import { lookAtRabbit, lookAtRedis, RabbitUrl, RedisUrl } from "@lead-gateway/lead-queue"
import { Effect, Option } from "effect"
import { about, type Finding } from "./Finding.ts"
import type { CheckedSettings } from "./configuration.ts"

type RabbitSettings = Extract<Option.Option.Value<CheckedSettings["queue"]>, { readonly type: "rabbitmq" }>

const { ok, warning, wrong } = about("queue")

/** Whether the queue can be used. Without it leads are still received and delivered, only later. */
export const checkQueue = Effect.fnUntraced(function* ({
  queue,
}: CheckedSettings): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (Option.isNone(queue)) return []
  if (queue.value.type === "database")
    return [ok("QUEUE_TYPE=database", "Postgres itself; nothing else is needed")]
  if (queue.value.type === "rabbitmq") return yield* checkRabbit(queue.value)
  const where = RedisUrl.show(queue.value.url)
  return yield* Effect.match(lookAtRedis(queue.value.url), {
    onSuccess: ({ depth, evicts, isReplica, isVersionFit, version }) => [
      isVersionFit
        ? ok(where, `Redis ${version}, ${depth} waiting`)
        : wrong(where, `Redis ${version} is too old`, "use Redis 6.2 or later"),
      ...(isReplica ? [wrong(where, "is read-only", "name the master, not a replica")] : []),
      ...(evicts === "noeviction" || evicts === "unknown"
        ? []
        : [
            warning(
              where,
              `evicts keys when its memory is full (maxmemory-policy ${evicts})`,
              "set maxmemory-policy noeviction: leads whose ids are evicted are delivered later",
            ),
          ]),
    ],
    onFailure: ({ reason }) => [
      wrong(where, `cannot be used (${reason})`, adviceFor("Redis", "REDIS_URL", reason)),
    ],
  })
})

const checkRabbit = (settings: RabbitSettings) => {
  const where = RabbitUrl.show(settings.url)
  return Effect.match(lookAtRabbit(settings), {
    onSuccess: ({ deadLetters, depth, isVersionFit, version }): ReadonlyArray<Finding> => [
      isVersionFit
        ? ok(where, `RabbitMQ ${version}, ${depth === undefined ? "no queue yet" : `${depth} waiting`}`)
        : wrong(where, `RabbitMQ ${version} is too old`, "use RabbitMQ 3.10 or later"),
      ...(deadLetters === 0
        ? []
        : [
            warning(
              where,
              `${deadLetters} messages were no lead's id`,
              `look who publishes to ${settings.queue}, and purge ${settings.queue}.dead`,
            ),
          ]),
    ],
    onFailure: ({ reason }) => [
      wrong(where, `cannot be used (${reason})`, adviceFor("RabbitMQ", "RABBITMQ_URL", reason)),
    ],
  })
}

const adviceFor = (server: string, variable: string, reason: string): string =>
  /^(WRONGPASS|NOAUTH|NOPERM|ACCESS_REFUSED|NOT_ALLOWED)$/.test(reason)
    ? `check user and password in ${variable}, and what the user may do`
    : `start ${server} there, check ${variable}, or set QUEUE_TYPE=database; leads are still received and delivered, only later`
