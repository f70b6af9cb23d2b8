import { TestProxy } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { ownPort } from "./places.ts"

/** The network between our processes and their neighbours: one proxy for each. */
export interface Network {
  readonly toPostgres: TestProxy
  readonly toCustomer: TestProxy
  /** As many as there are servers of the queue: one or none. */
  readonly toQueue: TestProxy | undefined
  /** The settings by which processes reach their neighbours through it. */
  readonly env: Readonly<Record<string, string>>
}

const through = Effect.fnUntraced(function* (server: string) {
  const url = new URL(server)
  const proxy = yield* TestProxy.make({ to: Number(url.port), port: yield* ownPort })
  url.port = String(proxy.port)
  return { proxy, url: url.href }
})

/** A network before these servers, for the current scope. The test itself reaches them directly. */
export const makeNetwork = Effect.fnUntraced(function* (servers: {
  readonly DATABASE_URL: string
  readonly CUSTOMER_API_URL: string
  readonly REDIS_URL?: string | undefined
  readonly RABBITMQ_URL?: string | undefined
}) {
  const postgres = yield* through(servers.DATABASE_URL)
  const customer = yield* through(servers.CUSTOMER_API_URL)
  const redis = servers.REDIS_URL === undefined ? undefined : yield* through(servers.REDIS_URL)
  const rabbit = servers.RABBITMQ_URL === undefined ? undefined : yield* through(servers.RABBITMQ_URL)
  return {
    toPostgres: postgres.proxy,
    toCustomer: customer.proxy,
    toQueue: (redis ?? rabbit)?.proxy,
    env: {
      DATABASE_URL: postgres.url,
      CUSTOMER_API_URL: customer.url,
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      ...(rabbit === undefined ? {} : { RABBITMQ_URL: rabbit.url }),
    },
  } satisfies Network
})
