import { TestCustomer, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Context, Effect } from "effect"
import { makeFolder, start, startGateway } from "./apps.ts"

const settings = {
  API_HOST: "127.0.0.1",
  CUSTOMER_API_TOKEN: "customer-token",
  RETRY_BACKOFF_BASE: "100ms",
  STATS_CACHE_TTL: "0s",
}

/** Lead Gateway, running, with a customer. */
export class System extends Context.Service<
  System,
  {
    readonly url: string
    readonly customer: TestCustomer
    /** All that the processes have printed. */
    readonly output: () => ReadonlyArray<string>
  }
>()("System") {}

/** One process, with a Postgres of its own. */
export const oneProcess = Effect.gen(function* () {
  const customer = yield* TestCustomer.make()
  const { process, url } = yield* startGateway({ env: { ...settings, CUSTOMER_API_URL: customer.url } })
  return System.of({ customer, output: process.lines, url })
})

/** Api and worker as processes of their own, on one database and one Redis. */
export const twoProcesses = Effect.gen(function* () {
  const customer = yield* TestCustomer.make()
  const [database, folder, redis] = yield* Effect.all([TestDatabase.make(), makeFolder, TestRedis.make()])
  const env = {
    ...settings,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    CUSTOMER_API_URL: customer.url,
  }
  const [api, worker] = yield* Effect.all([start("api", { folder, env }), start("worker", { folder, env })])
  const line = yield* api.waitForLine("api is listening")
  yield* Effect.all([api.waitForLine("api is ready"), worker.waitForLine("worker is ready")])
  const { port } = JSON.parse(line) as { readonly port: number }
  return System.of({
    customer,
    output: () => [...api.lines(), ...worker.lines()],
    url: `http://127.0.0.1:${port}`,
  })
})
