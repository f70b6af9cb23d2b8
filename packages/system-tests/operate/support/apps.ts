import {
  type CustomerBehaviour,
  TestCustomer,
  TestDatabase,
  TestProcess,
  TestRedis,
} from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { makeFolder, ownPort } from "../../faults/support/places.ts"

/** A lead that the shipped rules accept. */
export const validLead = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
}

/** Api and worker as processes of their own, ready, on one database and one Redis, with a customer. */
export const startApps = Effect.fnUntraced(function* (options: {
  readonly customer: (body: string) => CustomerBehaviour
  readonly env?: Readonly<Record<string, string>>
}) {
  const customer = yield* TestCustomer.make({ respond: ({ body }) => options.customer(body) })
  const [database, folder, redis, apiPort, workerPort] = yield* Effect.all([
    TestDatabase.make(),
    makeFolder,
    TestRedis.make(),
    ownPort,
    ownPort,
  ])
  const env = {
    API_HOST: "127.0.0.1",
    API_PORT: String(apiPort),
    WORKER_PORT: String(workerPort),
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    CUSTOMER_API_URL: customer.url,
    CUSTOMER_API_TOKEN: "customer-token",
    RETRY_BACKOFF_BASE: "100ms",
    ...options.env,
  }
  const start = (name: "api" | "worker") =>
    TestProcess.spawn({ program: commandLine, args: [name], cwd: folder, env })
  const [api, worker] = yield* Effect.all([start("api"), start("worker")])
  const [apiUrl, workerUrl] = [`http://127.0.0.1:${apiPort}`, `http://127.0.0.1:${workerPort}`]
  yield* Effect.all(
    [
      api.waitForHttp(`${apiUrl}/readyz`, 200, { within: "90 seconds" }),
      worker.waitForHttp(`${workerUrl}/readyz`, 200, { within: "90 seconds" }),
    ],
    { concurrency: "unbounded" },
  )

  const ask = (url: string, init?: RequestInit) =>
    Effect.promise(async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000), ...init })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
  const post = (body: string) =>
    ask(`${apiUrl}/webhooks/leads`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
    })
  /** Waits until no lead is on its way any more. */
  const atRest = (total: number) =>
    Effect.gen(function* () {
      for (;;) {
        const counts = JSON.parse((yield* ask(`${apiUrl}/stats/leads/counts`)).text) as Record<string, number>
        const ended = (counts.rejected ?? 0) + (counts.delivered ?? 0) + (counts.permanently_failed ?? 0)
        if (ended + (counts.failed ?? 0) === total) return counts
        yield* Effect.sleep("50 millis")
      }
    })
  return { api, apiUrl, ask, atRest, customer, folder, post, redis, worker, workerUrl }
})
