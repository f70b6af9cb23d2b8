/** Which queue tells the workers what to look at next. */
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"
import { isSet } from "./Source.ts"

/** The queue. */
export interface QueueSettings {
  /** `database`: Postgres itself is the queue. */
  readonly type: "database"
}

const type = Settings.withDefault(
  "QUEUE_TYPE",
  Kind.literals(["database"], "(redis follows in the next release)"),
  "Which queue tells the workers what to look at next",
  "database",
)

const withoutRedis = Settings.map(
  Settings.all({
    type,
    redisUrl: Settings.optional(
      "REDIS_URL",
      Kind.makeSecret(
        "QUEUE_TYPE=database beside it, or leave it unset: redis follows in the next release",
        () => undefined,
      ),
      "Not supported yet",
    ),
  }),
  ({ type }) => ({ type }),
)

/** The queue of the gateway. It has no use for `REDIS_URL`, which may be meant for others. */
export const embeddedQueueSettings: Settings.Settings<QueueSettings> = Settings.all({ type })

/** The queue of api and worker. A `REDIS_URL` is a mistake unless `QUEUE_TYPE` says that it is not meant. */
export const queueSettings: Settings.Settings<QueueSettings> = Settings.choose(
  [embeddedQueueSettings, withoutRedis],
  (source) => (isSet(source, "QUEUE_TYPE") ? embeddedQueueSettings : withoutRedis),
)
