import { CustomerBehaviour, TestCustomer, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { pathToFileURL } from "node:url"
import { type App, makeApp } from "./App.ts"
import { type CustomerBook, keepBook } from "./CustomerBook.ts"
import type { Draw } from "./Draw.ts"
import { makeOwnPostgres, type OwnPostgres } from "./OwnPostgres.ts"
import { inRepository, makeFolder, ownPort } from "./places.ts"
import { sampleLead } from "./SampleLead.ts"
import { makeSenders, type Senders } from "./Senders.ts"

/** Which queue api and workers use. */
export type QueueType = "database" | "redis"

/** What a scenario asks of its world. */
export interface WorldNeeds {
  /** One by default. */
  readonly workers?: number
  /** A Postgres server that may be stopped. Others share one. */
  readonly ownPostgres?: boolean
  /** Further settings of api and workers. */
  readonly env?: Readonly<Record<string, string>>
  /** How many milliseconds the clock of worker 1 is ahead. */
  readonly skewMs?: number
}

/** Lead Gateway as it is deployed, with all its neighbours. */
interface Site {
  readonly queue: QueueType
  readonly databaseUrl: string
  readonly postgres: OwnPostgres | undefined
  readonly redis: TestRedis | undefined
  readonly customer: TestCustomer
  readonly book: CustomerBook
  readonly url: string
  readonly api: App
  readonly workers: readonly [App, ...ReadonlyArray<App>]
}

/** A site, and the leads that come to it during one fault. */
export interface World extends Site {
  /** Fails the test when no scenario asked for it. */
  readonly postgres: OwnPostgres
  /** Fails the test when the queue is another. */
  readonly redis: TestRedis
  readonly draw: Draw
  readonly senders: Senders
  /** How many leads are sent. */
  readonly size: number
  /** How often the customer had been asked before. */
  readonly askedBefore: number
}

/** Small times, so that a scenario takes seconds. Twelve attempts: a slow machine must not use them up. */
const settings = {
  API_HOST: "127.0.0.1",
  CUSTOMER_API_TOKEN: "customer-token",
  CUSTOMER_API_TIMEOUT: "1s",
  MAX_RETRY_ATTEMPTS: "12",
  RETRY_BACKOFF_BASE: "100ms",
  RETRY_SCAN_INTERVAL: "500ms",
  WORKER_POLL_INTERVAL: "500ms",
  WORKER_CONCURRENCY: "20",
  BREAKER_OPEN_FOR: "500ms",
  BREAKER_RAMP: "500ms",
}

const absent = (what: string): never => {
  throw new Error(`this scenario has no ${what} of its own`)
}

/** Starts a site and waits until it is ready. */
export const makeSite = Effect.fnUntraced(function* (
  options: WorldNeeds & {
    readonly queue: QueueType
    /** The Postgres server for scenarios that do nothing to it; by default that of the test run. */
    readonly sharedPostgres?: string | undefined
  },
) {
  const { queue } = options
  const folder = yield* makeFolder
  const postgres = options.ownPostgres === true ? yield* makeOwnPostgres : undefined
  const databaseUrl = postgres?.url ?? (yield* TestDatabase.make({ serverUrl: options.sharedPostgres })).url
  const redis = queue === "redis" ? yield* TestRedis.make({ port: yield* ownPort }) : undefined
  const customer = yield* TestCustomer.make({ port: yield* ownPort })
  const book = keepBook(customer, () => CustomerBehaviour.reply())

  const apiPort = yield* ownPort
  const env = {
    ...settings,
    API_PORT: String(apiPort),
    CUSTOMER_API_URL: customer.url,
    DATABASE_URL: databaseUrl,
    QUEUE_TYPE: queue,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    ...options.env,
  }
  const worker = (index: number) =>
    Effect.gen(function* () {
      const port = yield* ownPort
      const skewMs = index === 0 ? (options.skewMs ?? 0) : 0
      const skew = `${pathToFileURL(inRepository("packages/fault-tests/test/support/skewClock.ts")).href}?ms=${skewMs}`
      return yield* makeApp({
        name: "worker",
        folder,
        port,
        env: { ...env, WORKER_PORT: String(port) },
        nodeFlags: skewMs === 0 ? [] : ["--import", skew],
      })
    })
  const api = yield* makeApp({ name: "api", folder, port: apiPort, env })
  const others = yield* Effect.forEach(
    Array.from({ length: (options.workers ?? 1) - 1 }, (_, index) => index + 1),
    worker,
  )
  const workers = [yield* worker(0), ...others] as const
  const all = [api, ...workers]
  yield* Effect.forEach(all, (app) => app.start, { discard: true })
  yield* Effect.forEach(all, (app) => app.ready, { concurrency: "unbounded", discard: true })

  const url = `http://127.0.0.1:${apiPort}`
  const site: Site = { queue, databaseUrl, postgres, redis, customer, book, url, api, workers }
  return site
})

/** The site with so many leads on their way to it; which ones is drawn. */
export const withLeads = (
  site: Site,
  options: {
    readonly name: string
    readonly draw: Draw
    readonly size: number
    readonly allValid: boolean
    /** Over which time leads come in. */
    readonly overMs: number
  },
): World => {
  const { allValid, draw, name, overMs, size } = options
  const leads = Array.from({ length: size }, (_, index) => sampleLead(draw, `${name}-${index + 1}`, allValid))
  return {
    ...site,
    get postgres() {
      return site.postgres ?? absent("Postgres")
    },
    get redis() {
      return site.redis ?? absent("Redis")
    },
    draw,
    senders: makeSenders({ url: site.url, leads, overMs }),
    size,
    askedBefore: site.book.exchanges.length,
  }
}
