import { NotReady, OperatorApi } from "@lead-gateway/api-contract"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { within } from "./within.ts"

/** What `/health/deep` shows of the process itself. */
export interface ProcessInfo {
  readonly version: string
  readonly queueType: "database" | "redis"
}

/** `/health`, `/livez`, `/readyz` and `/health/deep`. */
export const operationsHandlers = (info: ProcessInfo) =>
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
        // The queue may be down: workers then find leads in Postgres.
        readyz: Effect.fnUntraced(function* () {
          if (Option.isSome(yield* whenReady(database.ping))) return "OK" as const
          return yield* new NotReady({ error: "not ready: database" })
        }),
        deepHealth: Effect.fnUntraced(function* () {
          const [latency, schema, depth] = yield* Effect.all(
            [
              whenReady(database.ping),
              whenReady(database.schemaVersion),
              answerOf(Effect.timed(queue.depth)),
            ],
            { concurrency: "unbounded" },
          )
          return {
            status: isUp(Option.all([latency, depth])),
            version: info.version,
            database: { status: isUp(latency), latencyMs: inMs(latency) },
            // `0001_leads` is version 1.
            schemaVersion: Option.getOrNull(Option.map(schema, (name) => Number.parseInt(name, 10))),
            queue: {
              type: info.queueType,
              status: isUp(depth),
              latencyMs: inMs(Option.map(depth, ([duration]) => duration)),
              depth: Option.getOrNull(Option.map(depth, ([, leads]) => leads)),
            },
          }
        }),
      })
    }),
  )

/** None when a dependency fails, or takes longer than 2 s: it counts as down. */
const answerOf = <A, E>(ask: Effect.Effect<A, E>) => Effect.option(within(Duration.seconds(2))(ask))

const isUp = (answer: Option.Option<unknown>) => (Option.isSome(answer) ? ("up" as const) : ("down" as const))

/** Milliseconds with three decimals: a local Postgres answers in a fraction of one. */
const inMs = (latency: Option.Option<Duration.Duration>): number | null =>
  Option.match(latency, {
    onNone: () => null,
    onSome: (duration) => Math.round(Duration.toMillis(duration) * 1000) / 1000,
  })
