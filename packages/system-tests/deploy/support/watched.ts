import { CustomerBehaviour, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { makeOwnPostgres } from "../../faults/support/OwnPostgres.ts"
import { validLead } from "../../operate/support/apps.ts"
import { startExporters } from "./exporters.ts"
import { startFleet } from "./fleet.ts"
import { startMonitoring } from "./Monitoring.ts"
import { startNginx } from "./Nginx.ts"

/** Everything that is deployed, watched: each part may be stopped. */
export const startWatched = Effect.fnUntraced(function* (options: {
  /** For how many days the certificate is valid. */
  readonly days?: number
  readonly workers?: number
  readonly env?: Readonly<Record<string, string>>
  /** The database; a server of its own unless set. */
  readonly databaseUrl?: string
  /** Further node exporters. */
  readonly node?: ReadonlyArray<string>
}) {
  const postgres = yield* makeOwnPostgres()
  const redis = yield* TestRedis.make({})
  const fleet = yield* startFleet({
    apis: 1,
    workers: options.workers ?? 1,
    databaseUrl: options.databaseUrl ?? postgres.url,
    redisUrl: redis.url,
    customer: { respond: CustomerBehaviour.reply() },
    env: { RETRY_BACKOFF_BASE: "1s", ...options.env },
  })
  const nginx = yield* startNginx(
    fleet.apis.map(({ port }) => port),
    options.days,
  )
  const exporters = yield* startExporters
  const addresses = (apps: ReadonlyArray<{ readonly port: number }>) =>
    apps.map(({ port }) => `127.0.0.1:${port}`)
  const monitoring = yield* startMonitoring(
    {
      api: addresses(fleet.apis),
      worker: addresses(fleet.workers),
      node: [exporters.node, ...(options.node ?? [])],
      front: [`${nginx.url}/health`],
    },
    exporters.blackbox,
  )
  const body = JSON.stringify(validLead)
  const post = nginx.ask("/webhooks/leads", { body })
  /** Sends so many leads, some at once. */
  const send = (count: number) =>
    Effect.all(
      Array.from({ length: count }, () => post),
      { concurrency: 16 },
    )
  return { ...fleet, exporters, monitoring, nginx, postgres, redis, send }
})
