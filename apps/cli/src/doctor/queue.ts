import { lookAtRedis, RedisUrl } from "@lead-gateway/lead-queue"
import { Effect, Option } from "effect"
import { about, type Finding } from "./Finding.ts"
import type { CheckedSettings } from "./configuration.ts"

const { ok, warning, wrong } = about("queue")

/** Whether the queue can be used. Without it leads are still received and delivered, only later. */
export const checkQueue = Effect.fnUntraced(function* ({
  queue,
}: CheckedSettings): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (Option.isNone(queue)) return []
  if (queue.value.type === "database")
    return [ok("QUEUE_TYPE=database", "Postgres itself; nothing else is needed")]
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
    onFailure: ({ reason }) => [wrong(where, `cannot be used (${reason})`, adviceFor(reason))],
  })
})

const adviceFor = (reason: string): string =>
  /^(WRONGPASS|NOAUTH|NOPERM)$/.test(reason)
    ? "check user and password in REDIS_URL, and what the user may do"
    : "start Redis there, check REDIS_URL, or set QUEUE_TYPE=database; leads are still received and delivered, only later"
