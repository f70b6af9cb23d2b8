/** The handlers of health: `/health`, `/livez`, `/readyz` and `/health/deep`. */
import { NotReady, OperatorApi } from "@lead-gateway/api-contract"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { IntakeCounts } from "../Admission.ts"
import { within } from "./within.ts"

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
