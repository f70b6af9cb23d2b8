/** Api and worker as processes of their own, with a real Postgres, a real Redis if wanted, and a customer here. */
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { scratchFolder, TestProcess, TestRedis } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { freePort } from "./freePort.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

export type Queue = "database" | "redis"

/** A running gateway. */
export interface World {
  readonly api: TestProcess
  readonly workers: readonly [TestProcess, ...ReadonlyArray<TestProcess>]
  /** Where leads are posted. */
  readonly webhook: string
  readonly countsUrl: string
}

/** Starts everything for the current scope; `customer` answers what the worker delivers. */
export const startWorld = Effect.fnUntraced(function* (options: {
  readonly queue: Queue
  readonly customer: RequestListener
  readonly workerEnv?: Readonly<Record<string, string>>
  /** True: two workers instead of one. */
  readonly twoWorkers?: boolean
}) {
  const folder = yield* scratchFolder({ config: join(root, "config"), migrations: join(root, "migrations") })
  const postgres = yield* EmbeddedPostgres.make({ dataDir: join(folder, "data") })
  const redis = options.queue === "redis" ? yield* TestRedis.make({ args: [] }) : undefined
  const customerPort = yield* serve(options.customer)
  const apiPort = yield* freePort
  const env = {
    DATABASE_URL: Redacted.value(postgres.url),
    QUEUE_TYPE: options.queue,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    LOG_LEVEL: "warn",
  }
  const spawn = (app: string, more: Readonly<Record<string, string>>) =>
    TestProcess.spawn({
      program: join(root, "apps/cli/src/main.ts"),
      args: [app],
      cwd: folder,
      env: { ...env, ...more },
    })
  const api = yield* spawn("api", { API_HOST: "127.0.0.1", API_PORT: String(apiPort) })
  const url = `http://127.0.0.1:${apiPort}`
  yield* api.waitForHttp(`${url}/readyz`)
  const startWorker = Effect.gen(function* () {
    const port = yield* freePort
    const worker = yield* spawn("worker", {
      CUSTOMER_API_URL: `http://127.0.0.1:${customerPort}/leads`,
      WORKER_PORT: String(port),
      ...options.workerEnv,
    })
    yield* worker.waitForHttp(`http://127.0.0.1:${port}/readyz`)
    return worker
  })
  const workers = [yield* startWorker, ...(options.twoWorkers === true ? [yield* startWorker] : [])] as const
  return {
    api,
    workers,
    webhook: `${url}/webhooks/leads`,
    countsUrl: `${url}/stats/leads/counts`,
  } satisfies World
})

const serve = (listener: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const server = createServer({ keepAliveTimeout: 60_000 }, listener)
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
        return server
      }),
      (server) => Effect.sync(() => server.close().closeAllConnections()),
    ),
    (server) => (server.address() as AddressInfo).port,
  )
