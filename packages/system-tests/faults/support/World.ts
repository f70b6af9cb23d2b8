import {
  CustomerBehaviour,
  TestCustomer,
  TestDatabase,
  type TestProxy,
  type TestRabbit,
  type TestCluster,
  type TestRedis,
  type TestSentinels,
} from "@lead-gateway/testkit"
import { Effect } from "effect"
import { type CustomerBook, keepBook } from "./CustomerBook.ts"
import type { Draw } from "./Draw.ts"
import { type Clocks, makeFakeClock } from "./FakeClock.ts"
import { type FullDisk, makeFullDisk } from "./FullDisk.ts"
import { makeNetwork, type Network } from "./Network.ts"
import type { NextRelease } from "./NextRelease.ts"
import { makeQueueServers, type QueueServers } from "./QueueServers.ts"
import { makeOwnPostgres, type OwnPostgres } from "./OwnPostgres.ts"
import { inRepository, makeFolder, ownPort } from "./places.ts"
import { makeNext, makeRelease, type Release } from "./Release.ts"
import { sampleLead } from "./SampleLead.ts"
import { smallTimes } from "./smallTimes.ts"
import { makeSenders, type Senders } from "./Senders.ts"

/** Which queue api and workers use. */
export type QueueType = "database" | "redis" | "rabbitmq"

/** What a scenario asks of its world. */
export interface WorldNeeds {
  /** One by default. */
  readonly workers?: number
  /** A Postgres server that may be stopped. Others share one. */
  readonly ownPostgres?: boolean
  /** What the Redis queue consists of: one server by default. */
  readonly redisForm?: QueueServers["form"] | undefined
  /** Which major version of Postgres the server of its own has; the bundled one by default. */
  readonly postgresVersion?: 14 | 15 | undefined
  /** A network between the processes and Postgres, Redis and the customer that can swallow packets. */
  readonly ownNetwork?: boolean
  /** A Postgres server whose disk can be full. */
  readonly ownDisk?: boolean
  /** Clocks of api and workers, and of their own Postgres, that can be set. */
  readonly ownClocks?: boolean
  /** How many files and sockets each process of ours may have open; no limit by default. */
  readonly openFiles?: number | undefined
  /** Further settings of api and workers. */
  readonly env?: Readonly<Record<string, string>>
  /** How many milliseconds the clock of worker 1 is ahead. */
  readonly skewMs?: number
  /** Another release, with an api and a worker of its own, which the fault starts. */
  readonly nextRelease?: NextRelease | undefined
}

/** Lead Gateway as it is deployed, with all its neighbours. */
interface Site extends Release {
  readonly queue: QueueType
  readonly databaseUrl: string
  readonly postgres: OwnPostgres | undefined
  readonly network: Network | undefined
  readonly clocks: Clocks | undefined
  readonly disk: FullDisk | undefined
  readonly queueServers: QueueServers | undefined
  readonly customer: TestCustomer
  readonly book: CustomerBook
  readonly next: Release | undefined
}

/** A site, and the leads that come to it during one fault. */
export interface World extends Site {
  /** The name of the scenario, with which the uid of each of its leads begins. */
  readonly name: string
  /** Fails the test when no scenario asked for it. */
  readonly postgres: OwnPostgres
  /** Fails the test when no scenario asked for it. */
  readonly network: Network & { readonly toQueue: TestProxy }
  /** Fails the test when no scenario asked for them. */
  readonly clocks: Clocks
  /** Fails the test when no scenario asked for it. */
  readonly disk: FullDisk
  /** Fails the test when the queue is another. */
  readonly redis: TestRedis
  /** Fails the test when the queue is another. */
  readonly rabbit: TestRabbit
  /** Fails the test when no scenario asked for them. */
  readonly sentinels: TestSentinels
  /** Fails the test when no scenario asked for it. */
  readonly cluster: TestCluster
  /** Fails the test when no scenario asked for it. */
  readonly next: Release
  readonly draw: Draw
  readonly senders: Senders
  /** How many leads are sent. */
  readonly size: number
  /** How often the customer had been asked before. */
  readonly askedBefore: number
  /** What the fault itself found to be wrong, one sentence each. */
  readonly findings: Array<string>
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
  const clocks: Clocks | undefined =
    options.ownClocks === true ? { apps: yield* makeFakeClock, postgres: yield* makeFakeClock } : undefined
  const disk = options.ownDisk === true ? yield* makeFullDisk : undefined
  const loaded = { ...clocks?.postgres.env, ...disk?.env }
  const needsPostgres = options.ownPostgres === true || clocks !== undefined || disk !== undefined
  const postgres = needsPostgres ? yield* makeOwnPostgres(loaded, options.postgresVersion) : undefined
  const databaseUrl = postgres?.url ?? (yield* TestDatabase.make({ serverUrl: options.sharedPostgres })).url
  const form = { database: undefined, redis: options.redisForm ?? "server", rabbitmq: "rabbit" } as const
  const queueServers = form[queue] && (yield* makeQueueServers(form[queue]))
  const customer = yield* TestCustomer.make({ port: yield* ownPort })
  const book = keepBook(customer, () => CustomerBehaviour.reply())

  const servers = {
    CUSTOMER_API_URL: customer.url,
    DATABASE_URL: databaseUrl,
    ...(queueServers && { [queue === "redis" ? "REDIS_URL" : "RABBITMQ_URL"]: queueServers.url }),
  }
  const network = options.ownNetwork === true ? yield* makeNetwork(servers) : undefined
  const env = {
    ...smallTimes,
    ...servers,
    QUEUE_TYPE: queue,
    ...network?.env,
    ...clocks?.apps.env,
    ...options.env,
  }
  const present = yield* makeRelease({ ...options, sources: inRepository("."), folder, env })
  const next = options.nextRelease && (yield* makeNext(options.nextRelease, env))
  const all = [present.api, ...present.workers]
  yield* Effect.forEach(all, (app) => app.start, { discard: true })
  yield* Effect.forEach(all, (app) => app.ready, { concurrency: "unbounded", discard: true })

  const site: Site = {
    queue,
    databaseUrl,
    postgres,
    network,
    clocks,
    disk,
    queueServers,
    customer,
    book,
    next,
    ...present,
  }
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
    /** Whether further ones come until the fault is mended. */
    readonly untilMended: boolean
  },
): World => {
  const { allValid, draw, name, overMs, size, untilMended } = options
  const lead = (number: number) => sampleLead(draw, `${name}-${number}`, allValid)
  return {
    ...site,
    get postgres() {
      return site.postgres ?? absent("Postgres")
    },
    get network() {
      const network = site.network ?? absent("network")
      return {
        ...network,
        get toQueue() {
          return network.toQueue ?? absent("queue")
        },
      }
    },
    get clocks() {
      return site.clocks ?? absent("clock")
    },
    get disk() {
      return site.disk ?? absent("disk")
    },
    get redis() {
      return site.queueServers?.form === "server" ? site.queueServers.redis : absent("Redis")
    },
    get rabbit() {
      return site.queueServers?.form === "rabbit" ? site.queueServers.rabbit : absent("RabbitMQ")
    },
    get sentinels() {
      return site.queueServers?.form === "sentinel" ? site.queueServers.sentinels : absent("Sentinels")
    },
    get cluster() {
      return site.queueServers?.form === "cluster" ? site.queueServers.cluster : absent("Cluster")
    },
    get next() {
      return site.next ?? absent("next release")
    },
    name,
    draw,
    senders: makeSenders({ url: site.url, lead, size, overMs, untilStopped: untilMended }),
    size,
    askedBefore: site.book.exchanges.length,
    findings: [],
  }
}
