/**
 * A worker's world: a database of its own, a scripted customer, and as many workers as wanted, all in
 * this process. Times are real: the database has its own clock.
 */
import { PgClient } from "@effect/sql-pg"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { LeadId } from "@lead-gateway/lead"
import { LeadQueue, PostgresLeadQueue } from "@lead-gateway/lead-queue"
import {
  Customers,
  type CustomerSettings,
  LeadDatabase,
  type LeadHistory,
  LeadIntake,
  LeadReader,
  LeadWork,
  type Received,
  type StoreBusy,
  type StoreError,
} from "@lead-gateway/lead-store"
import { Telemetry } from "@lead-gateway/runtime"
import { CustomerBehaviour, TestCustomer, TestDatabase } from "@lead-gateway/testkit"
import { Worker } from "@lead-gateway/worker"
import { Context, Duration, Effect, Exit, Layer, Option, Redacted, Schedule, Scope } from "effect"
import { createHash } from "node:crypto"
import { shippedFlow } from "./flow.ts"
import { type PolicyOptions, retryPolicy } from "./policy.ts"
import { addressOf, migrations, template } from "./schema.ts"
import { called, eventually } from "./waiting.ts"

/** What the worker's connections are called in `pg_stat_activity`. */
const applicationName = "worker under test"

/** A lead that the shipped rules accept. */
export const validLead = { phone: "+49123456789", zipcode: "66123", house: { is_owner: true } }

interface WorldOptions {
  /** Instead of a database of the test run's server. */
  readonly databaseUrl?: string
  readonly customerTimeout?: Duration.Input
  readonly throttle?: Partial<CustomerSettings>
  /** Postgres itself by default. */
  readonly queue?: Layer.Layer<LeadQueue>
  /** Something to put between the worker and its services. */
  readonly between?: {
    readonly work?: (real: LeadWork["Service"]) => LeadWork["Service"]
    readonly customers?: (real: Customers["Service"]) => Customers["Service"]
  }
}

/** Keeps the lines that are logged, each when it is written. */
const sinkOf = (lines: Array<string>) => ({
  writable: true,
  write: (text: string) => void lines.push(...text.split("\n").slice(0, -1)),
  on: () => undefined,
})

/** How a worker is started, where it matters to a test. */
interface Start extends Partial<Worker.WorkerOptions>, PolicyOptions {
  /** Instead of one that may send to the test's customer. */
  readonly client?: CustomerClient["Service"]
}

/** A lead as a sender sends it, and how the customer answers its attempts, the last answer for ever. */
interface Sent {
  readonly payload?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly answers?: ReadonlyArray<CustomerBehaviour>
}

const make = Effect.fnUntraced(function* (options: WorldOptions = {}) {
  const url = options.databaseUrl ?? (yield* TestDatabase.make({ template })).url
  const timeout = Duration.fromInputUnsafe(options.customerTimeout ?? "5 seconds")
  const lease = Duration.sum(timeout, Duration.seconds(15))
  const log: Array<string> = []
  const scripts = new Map<string, Array<CustomerBehaviour>>()
  const customer = yield* TestCustomer.make({
    respond: ({ headers }) => {
      const script = scripts.get(String(headers["x-correlation-id"])) ?? []
      return (script.length > 1 ? script.shift() : script[0]) ?? CustomerBehaviour.reply()
    },
  })

  const clientOf = (url: string, allowPrivate: boolean) =>
    CustomerClient.make({
      url,
      auth: { _tag: "Bearer", token: Redacted.make("secret-token") },
      timeout,
      allowPrivate,
    })
  /** Clients of the test's customer: one that may send to it, and one that may not, by what its name resolves to. */
  const clients = {
    allowing: clientOf(customer.url, true),
    refusing: clientOf(customer.url.replace("127.0.0.1", "localhost"), false),
  }
  const Database = LeadDatabase.layer({
    connection: addressOf(url),
    pool: { maxConnections: 10, minConnections: 1, connectionTTL: Option.none() },
    migrations,
    applicationName,
  })
  const services = yield* Layer.build(
    Layer.mergeAll(
      LeadIntake.layer,
      LeadReader.layer,
      LeadWork.layer,
      Customers.layer,
      options.queue ?? PostgresLeadQueue.layer({ listen: true }),
      Layer.effect(CustomerClient, clients.allowing),
    ).pipe(
      Layer.provideMerge(Database),
      Layer.provideMerge(
        Telemetry.layer({ service: "worker", level: "info", format: "json", sink: sinkOf(log) }),
      ),
    ),
  )
  const sql = Context.get(services, PgClient.PgClient)
  const intake = Context.get(services, LeadIntake)
  const reader = Context.get(services, LeadReader)
  const queue = Context.get(services, LeadQueue)
  const work = Context.get(services, LeadWork)
  const customers = Context.get(services, Customers)
  yield* Context.get(services, LeadDatabase).ready

  /** Starts a worker; it stops with the test, or by `stop`. */
  const startWorker = Effect.fnUntraced(function* ({ backoff, client, maxAttempts, ...others }: Start = {}) {
    const worker = Worker.layer({
      flow: yield* shippedFlow,
      policy: retryPolicy({ backoff, maxAttempts }),
      timeout,
      lease,
      concurrency: 5,
      pollInterval: Duration.seconds(5),
      scanInterval: Duration.seconds(5),
      scanLimit: 1000,
      addressCheckInterval: Duration.seconds(30),
      shutdownTimeout: Duration.seconds(10),
      customer: {
        address: "customer.example",
        ratePerSecond: undefined,
        failures: 20,
        openFor: Duration.seconds(30),
        ramp: Duration.seconds(30),
        probeTimeout: lease,
        ...options.throttle,
      },
      isAlone: false,
      ...others,
    })
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const context = services.pipe(
      Context.add(LeadWork, options.between?.work?.(work) ?? work),
      Context.add(Customers, options.between?.customers?.(customers) ?? customers),
      Context.add(CustomerClient, client ?? Context.get(services, CustomerClient)),
    )
    yield* Effect.provideContext(Layer.buildWithScope(worker, scope), context)
    return { stop: Scope.close(scope, Exit.void) }
  })

  /** Stores a lead as the api does; `requests` is what the customer has seen of it. */
  const receive = Effect.fnUntraced(function* ({ payload = validLead, headers, answers = [] }: Sent = {}) {
    const correlationId = crypto.randomUUID()
    const text = JSON.stringify(payload)
    scripts.set(correlationId, [...answers])
    const lead = {
      payload: text,
      sourceHeaders: JSON.stringify(headers ?? {}),
      payloadHash: createHash("sha256").update(text).digest(),
      correlationId,
      queuePatienceMs: queue.patienceMs(),
    }
    const received = yield* called<Received, StoreBusy | StoreError>((done) => intake.receive(lead, done))
    if (received._tag !== "Stored") return yield* Effect.die(new Error(`${received._tag}, not stored`))
    const id = received.leadId
    yield* queue.offer([id])
    const requests = () =>
      customer.requests().filter((request) => request.headers["x-correlation-id"] === correlationId)
    return { id, correlationId, requests }
  })

  /** What is known of a lead; waits for Postgres when it is away. */
  const history = (id: LeadId): Effect.Effect<LeadHistory> =>
    reader.history(id).pipe(
      Effect.retry({
        schedule: Schedule.spaced("20 millis"),
        while: ({ _tag }) => _tag === "StoreUnavailable",
      }),
      Effect.flatMap(Effect.fromOption),
      Effect.orDie,
    )

  /** The lead's history as soon as its status is this one. */
  const reached = (id: LeadId, status: LeadHistory["status"]) =>
    eventually(Effect.map(history(id), (found) => (found.status === status ? found : undefined)))

  /** Cuts all connections to Postgres but the one that says so. */
  const cutConnections = Effect.orDie(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ${applicationName} AND pid <> pg_backend_pid()`)

  return {
    clients,
    customer,
    cutConnections,
    history,
    lease,
    log,
    queue,
    reached,
    receive,
    services,
    sql,
    startWorker,
    work,
  }
})

export class World extends Context.Service<World, Effect.Success<ReturnType<typeof make>>>()("World") {
  /** A world for one test. */
  static readonly make = make
  /** A world with a worker in it, for all tests of a group. */
  static readonly layer = ({ start, ...options }: WorldOptions & { readonly start?: Start } = {}) =>
    Layer.effect(
      World,
      Effect.tap(make(options), (world) => world.startWorker(start)),
    )
}
