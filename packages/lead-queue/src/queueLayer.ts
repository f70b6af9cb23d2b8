import type { PgClient } from "@effect/sql-pg"
import type { Layer } from "effect"
import type { LeadQueue } from "./LeadQueue.ts"
import * as PostgresLeadQueue from "./PostgresLeadQueue.ts"
import * as RabbitLeadQueue from "./RabbitLeadQueue.ts"
import * as RedisLeadQueue from "./RedisLeadQueue.ts"
import type { RedisUrl } from "./RedisUrl.ts"

/** Which queue to use, by the settings. */
export type QueueOptions =
  | { readonly type: "database" }
  | { readonly type: "redis"; readonly url: RedisUrl }
  | ({ readonly type: "rabbitmq" } & RabbitLeadQueue.RabbitQueue)

/** The layer of the chosen queue. `takes`: whether this process takes leads, or only offers them. */
export const queueLayer = (
  options: QueueOptions,
  { takes }: { readonly takes: boolean },
): Layer.Layer<LeadQueue, never, PgClient.PgClient> => {
  switch (options.type) {
    case "database":
      return PostgresLeadQueue.layer({ listen: takes })
    case "redis":
      return RedisLeadQueue.layer({ url: options.url, takes })
    case "rabbitmq":
      return RabbitLeadQueue.layer({ ...options, takes })
  }
}
