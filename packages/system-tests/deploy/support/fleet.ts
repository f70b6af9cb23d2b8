import { TestCustomer, type TestCustomerOptions } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { type App, makeApp } from "../../faults/support/App.ts"
import { inRepository, makeFolder, ownPort } from "../../faults/support/places.ts"

/** Some apis and workers as processes of their own, ready, on one database and one Redis, with a customer. */
export const startFleet = Effect.fnUntraced(function* (options: {
  readonly apis: number
  readonly workers: number
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly customer?: TestCustomerOptions
  readonly env?: Readonly<Record<string, string>>
}) {
  const customer = yield* TestCustomer.make(options.customer)
  const folder = yield* makeFolder
  const make = Effect.fnUntraced(function* (name: "api" | "worker") {
    const port = yield* ownPort
    return yield* makeApp({
      name,
      sources: inRepository("."),
      folder,
      port,
      env: {
        API_HOST: "127.0.0.1",
        WORKER_HOST: "127.0.0.1",
        API_PORT: String(port),
        WORKER_PORT: String(port),
        DATABASE_URL: options.databaseUrl,
        REDIS_URL: options.redisUrl,
        CUSTOMER_API_URL: customer.url,
        CUSTOMER_API_TOKEN: "customer-token",
        TRUSTED_PROXIES: "loopback",
        RETRY_BACKOFF_BASE: "200ms",
        ...options.env,
      },
    })
  })
  const many = (count: number, name: "api" | "worker"): Effect.Effect<ReadonlyArray<App>, never, Scope> =>
    Effect.all(Array.from({ length: count }, () => make(name)))
  const apis = yield* many(options.apis, "api")
  const workers = yield* many(options.workers, "worker")
  const all = [...apis, ...workers]
  yield* Effect.forEach(all, (app) => Effect.andThen(app.start, app.ready), {
    // Each start takes a second of a core.
    concurrency: 2,
    discard: true,
  })
  return { apis, customer, workers }
})

type Scope = Effect.Services<ReturnType<typeof makeApp>>
