import { NotReady, OperatorApi } from "@lead-gateway/api-contract"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"

/** What `/health/deep` tells of the process itself. */
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
      const latency = database.ping.pipe(Effect.timeout(patience), Effect.option)

      return handlers.handleAll({
        health: ok,
        livez: ok,
        readyz: Effect.fnUntraced(function* () {
          if (yield* database.isReady) {
            if (Option.isSome(yield* latency)) return "OK" as const
          }
          return yield* new NotReady({ error: "database is not available" })
        }),
        deepHealth: Effect.fnUntraced(function* () {
          const isReady = yield* database.isReady
          const databaseLatency = isReady ? yield* latency : Option.none()
          const schemaVersion = isReady ? yield* Effect.option(database.schemaVersion) : Option.none()
          const [queueLatency, depth] = yield* Effect.timed(
            Effect.option(Effect.timeout(queue.depth, patience)),
          )
          return {
            status: isUp(databaseLatency),
            version: info.version,
            database: { status: isUp(databaseLatency), latencyMs: inMs(databaseLatency) },
            // `0001_leads` is version 1.
            schemaVersion: Option.getOrNull(Option.map(schemaVersion, (name) => Number.parseInt(name, 10))),
            queue: {
              type: info.queueType,
              status: isUp(depth),
              latencyMs: inMs(Option.as(depth, queueLatency)),
              depth: Option.getOrNull(depth),
            },
          }
        }),
      })
    }),
  )

/** A dependency that takes longer than this is down for whoever asks. */
const patience = Duration.seconds(2)

const isUp = (answer: Option.Option<unknown>) => (Option.isSome(answer) ? ("up" as const) : ("down" as const))

/** Milliseconds with three decimals: a local Postgres answers in a fraction of one. */
const inMs = (latency: Option.Option<Duration.Duration>): number | null =>
  Option.match(latency, {
    onNone: () => null,
    onSome: (duration) => Math.round(Duration.toMillis(duration) * 1000) / 1000,
  })
