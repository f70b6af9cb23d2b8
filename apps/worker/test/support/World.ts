/**
 * A worker's world: a database of its own, a customer that does as told, and as many workers as wanted, all in
 * this process. Times are real: the database has its own clock.
 */
import { PgClient } from "@effect/sql-pg"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { LeadId } from "@lead-gateway/lead"
import { LeadQueue, PostgresLeadQueue } from "@lead-gateway/lead-queue"
import {
  type Gate,
  LeadDatabase,
  type LeadHistory,
  LeadIntake,
  LeadReader,
  LeadWork,
} from "@lead-gateway/lead-store"
import { compile, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { CustomerBehaviour, TestCustomer, TestDatabase } from "@lead-gateway/testkit"
import { Worker } from "@lead-gateway/worker"
import {
  Context,
  Duration,
  Effect,
  Exit,
  Layer,
  Logger,
  Option,
  Redacted,
  Result,
  Schedule,
  Scope,
} from "effect"
import { createHash } from "node:crypto"
import { shippedFlow } from "./flow.ts"
import { addressOf, migrations, template } from "./schema.ts"

/** What the worker's connections are called in `pg_stat_activity`. */
const applicationName = "worker under test"

/** A lead that the shipped rules accept. */
export const validLead = { phone: "+49123456789", zipcode: "66123", house: { is_owner: true } }

interface WorldOptions {
  /** Instead of a database of the test run's server. */
  readonly databaseUrl?: string
  readonly customerTimeout?: Duration.Input
  readonly gate?: Partial<Gate>
  /** Postgres itself by default. */
  readonly queue?: Layer.Layer<LeadQueue>
  /** Something to put between the worker and the store. */
  readonly betweenWorkerAndStore?: (real: LeadWork["Service"]) => LeadWork["Service"]
}

/** How a worker is started, where it matters to a test. */
interface Start extends Partial<Worker.WorkerOptions> {
  readonly backoff?: Duration.Input | undefined
  readonly maxAttempts?: number | undefined
}

/** The shipped policy, with another first wait and another number of attempts where a test asks for them. */
export const retryPolicy = ({
  backoff = "30 seconds",
  maxAttempts = 5,
}: Pick<Start, "backoff" | "maxAttempts"> = {}) =>
  Result.getOrThrow(
    compile({
      ...defaultRetryPolicy,
      backoff: { kind: "exponential", base: `${Duration.toMillis(backoff)}ms` },
      max_attempts: maxAttempts,
    }),
  )

/** A lead as a sender sends it, and how the customer answers its attempts, the last answer for ever. */
interface Sent {
  readonly payload?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly answers?: ReadonlyArray<CustomerBehaviour>
}

/** Looks until there is something. What happens in Postgres cannot be awaited, so it is asked again and again. */
export const eventually = <A, E, R>(look: Effect.Effect<A | undefined, E, R>): Effect.Effect<A, E, R> =>
  Effect.filterOrElse(
    look,
    (found) => found !== undefined,
    () => Effect.andThen(Effect.sleep(10), eventually(look)),
  )

const make = Effect.fnUntraced(function* (options: WorldOptions = {}) {
  const url = options.databaseUrl ?? (yield* TestDatabase.make({ template })).url
  const timeout = Duration.fromInputUnsafe(options.customerTimeout ?? "5 seconds")
  const log: Array<string> = []
  const scripts = new Map<string, Array<CustomerBehaviour>>()
  const customer = yield* TestCustomer.make({
    respond: ({ headers }) => {
      const script = scripts.get(String(headers["x-correlation-id"])) ?? []
      return (script.length > 1 ? script.shift() : script[0]) ?? CustomerBehaviour.reply()
    },
  })

  const Database = LeadDatabase.layer({
    connection: addressOf(url),
    pool: { maxConnections: 10, minConnections: 1, connectionTTL: Option.none() },
    migrations,
    applicationName,
  })
  const Customer = CustomerClient.layer({
    url: customer.url,
    auth: { _tag: "Bearer", token: Redacted.make("secret-token") },
    timeout,
    allowPrivate: true,
  })
  const services = yield* Layer.build(
    Layer.mergeAll(
      LeadIntake.layer,
      LeadReader.layer,
      LeadWork.layer({
        lease: Duration.sum(timeout, Duration.seconds(15)),
        gate: {
          customer: "customer.example",
          ratePerSecond: undefined,
          failures: 20,
          openFor: Duration.seconds(30),
          ramp: Duration.seconds(30),
          ...options.gate,
        },
      }),
      options.queue ?? PostgresLeadQueue.layer({ listen: true }),
      Customer,
    ).pipe(
      Layer.provideMerge(Database),
      Layer.provideMerge(Logger.layer([Logger.map(Logger.formatJson, (line) => void log.push(line))])),
    ),
  )
  const sql = Context.get(services, PgClient.PgClient)
  const intake = Context.get(services, LeadIntake)
  const reader = Context.get(services, LeadReader)
  const work = Context.get(services, LeadWork)
  const queue = Context.get(services, LeadQueue)
  yield* Context.get(services, LeadDatabase).ready

  /** Starts a worker; it stops with the test, or by `stop`. */
  const startWorker = Effect.fnUntraced(function* ({ backoff, maxAttempts, ...others }: Start = {}) {
    const worker = Worker.layer({
      flow: yield* shippedFlow,
      policy: retryPolicy({ backoff, maxAttempts }),
      timeout,
      lease: Duration.sum(timeout, Duration.seconds(15)),
      concurrency: 5,
      pollInterval: Duration.seconds(5),
      scanInterval: Duration.seconds(5),
      scanLimit: 1000,
      shutdownTimeout: Duration.seconds(10),
      isAlone: false,
      ...others,
    })
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const between = options.betweenWorkerAndStore?.(work) ?? work
    yield* Layer.buildWithScope(worker, scope).pipe(
      Effect.provideContext(Context.add(services, LeadWork, between)),
    )
    return { stop: Scope.close(scope, Exit.void) }
  })

  /** Stores a lead as the api does; `requests` is what the customer has seen of it. */
  const receive = Effect.fnUntraced(function* ({
    payload = validLead,
    headers = {},
    answers = [],
  }: Sent = {}) {
    const correlationId = crypto.randomUUID()
    const text = JSON.stringify(payload)
    scripts.set(correlationId, [...answers])
    const id = yield* intake.receive({
      payload: text,
      sourceHeaders: JSON.stringify(headers),
      payloadHash: createHash("sha256").update(text).digest("hex"),
      correlationId,
      queuePatience: yield* queue.patience,
    })
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

  return { customer, cutConnections, history, log, queue, reached, receive, services, sql, startWorker, work }
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
