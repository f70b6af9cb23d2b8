/** The handlers of `OperatorApi`: statistics of leads, and health. */
import {
  DatabaseUnavailable,
  InternalError,
  LeadNotFound,
  NotReady,
  OperatorApi,
} from "@lead-gateway/api-contract"
import type { IntakeCounts } from "./Admission.ts"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadReader, type StoreError, StoreUnavailable } from "@lead-gateway/lead-store"
import { type Cause, Duration, Effect, Fiber, Option, Semaphore } from "effect"
import { HttpApiBuilder } from "effect/http-api"

/** `GET /stats/leads/…`, read from the store. */
export const statsHandlers = HttpApiBuilder.group(
  OperatorApi,
  "stats",
  Effect.fn(function* (handlers) {
    const database = yield* LeadDatabase
    const reader = yield* LeadReader
    const histories = yield* Semaphore.make(historiesAtOnce)

    /** 503 when Postgres is unavailable; any other failure is a bug, answered 500 without details. */
    const orUnavailable = <A>(read: Effect.Effect<A, StoreError>) =>
      Effect.flatMap(database.isReady, (isReady) => (isReady ? read : Effect.fail(notReady))).pipe(
        within(patience),
        Effect.catchTag("TimeoutError", () => Effect.fail(tooSlow)),
        Effect.tapError((error) => Effect.logError(error.message)),
        Effect.catchTags({
          StoreUnavailable: () => Effect.fail(new DatabaseUnavailable()),
          DataRefused: () => Effect.fail(new InternalError()),
        }),
      )

    return handlers.handleAll({
      counts: () => orUnavailable(reader.counts),
      recent: ({ query }) =>
        orUnavailable(reader.recent({ limit: query.limit, before: query.before, status: query.status })),
      history: ({ params }) =>
        Effect.flatMap(
          histories.withPermits(1)(orUnavailable(reader.history(params.id))),
          Option.match({ onNone: () => Effect.fail(new LeadNotFound()), onSome: Effect.succeed }),
        ),
    })
  }),
)

/**
 * A history of a large lead takes tens of milliseconds of the event loop, and as many come together as are read at once:
 * senders would wait for all of them.
 */
const historiesAtOnce = 2

/** How long Postgres may take. When it takes longer, the connection was lost without notice. */
const patience = Duration.seconds(5)

const notReady = new StoreUnavailable({ operation: "LeadReader before the schema is there" })
const tooSlow = new StoreUnavailable({ operation: "LeadReader in time" })

/** What `/health/deep` shows of the process itself. */
export interface ProcessInfo {
  readonly version: string
  readonly queueType: "database" | "redis"
}

/** {@link ProcessInfo}, what is dangerous about the process's configuration, and what came of webhooks. */
interface HealthInfo extends ProcessInfo {
  readonly warnings: ReadonlyArray<string>
  readonly intake: () => IntakeCounts
}

/** `/health`, `/livez`, `/readyz` and `/health/deep`. */
export const operationsHandlers = (info: HealthInfo) =>
  HttpApiBuilder.group(
    OperatorApi,
    "operations",
    Effect.fn(function* (handlers) {
      const database = yield* LeadDatabase
      const queue = yield* LeadQueue
      const ok = () => Effect.succeed("OK" as const)
      const whenReady = <A, E>(ask: Effect.Effect<A, E>) =>
        Effect.flatMap(database.isReady, (isReady) => (isReady ? answerOf(ask) : Effect.succeedNone))

      return handlers.handleAll({
        health: ok,
        livez: ok,
        // Ready also while the queue is down: workers then find leads in Postgres.
        readyz: Effect.fnUntraced(function* () {
          if (Option.isNone(yield* whenReady(database.ping))) {
            return yield* new NotReady({ error: "not ready: database" })
          }
          const refusal = yield* database.refusal
          if (Option.isNone(refusal)) return "OK" as const
          return yield* new NotReady({ error: `not ready: database refuses writes (${refusal.value})` })
        }),
        deepHealth: Effect.fnUntraced(function* () {
          const [latency, refusal, schema, depth] = yield* Effect.all(
            [
              whenReady(database.ping),
              database.refusal,
              whenReady(database.schemaVersion),
              answerOf(Effect.timed(queue.depth)),
            ],
            { concurrency: "unbounded" },
          )
          const writable = Option.isNone(refusal) ? latency : Option.none()
          return {
            status: isUp(Option.all([writable, depth])),
            version: info.version,
            database: {
              status: isUp(writable),
              latencyMs: inMs(latency),
              refusesWrites: Option.getOrNull(refusal),
            },
            // `0001_leads` is version 1.
            schemaVersion: Option.getOrNull(Option.map(schema, (name) => Number.parseInt(name, 10))),
            queue: {
              type: info.queueType,
              status: isUp(depth),
              latencyMs: inMs(Option.map(depth, ([duration]) => duration)),
              depth: Option.getOrNull(Option.map(depth, ([, leads]) => leads)),
            },
            intake: info.intake(),
            warnings: info.warnings,
          }
        }),
      })
    }),
  )

/** None when a dependency fails or takes longer than 2 s; it counts as down then. */
const answerOf = <A, E>(ask: Effect.Effect<A, E>) => Effect.option(within(Duration.seconds(2))(ask))

const isUp = (answer: Option.Option<unknown>) => (Option.isSome(answer) ? ("up" as const) : ("down" as const))

/** Milliseconds with three decimals: a local Postgres answers in a fraction of one. */
const inMs = (latency: Option.Option<Duration.Duration>): number | null =>
  Option.match(latency, {
    onNone: () => null,
    onSome: (duration) => Math.round(Duration.toMillis(duration) * 1000) / 1000,
  })

/**
 * Waits for an answer of Postgres at most this long, then fails with a `TimeoutError`.
 *
 * `Effect.timeout` alone would also wait until the statement is cancelled, which takes 5 s more when Postgres does not
 * respond. Here the statement is cancelled in the background.
 */
const within =
  (duration: Duration.Duration) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Cause.TimeoutError, R> =>
    Effect.flatMap(Effect.forkDetach(effect), (fiber) =>
      Fiber.join(fiber).pipe(
        Effect.timeout(duration),
        Effect.onExit(() => Effect.sync(() => fiber.interruptUnsafe())),
      ),
    )
