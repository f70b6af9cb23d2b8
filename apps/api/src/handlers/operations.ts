/** The handlers of health and metrics. */
import { type DeepHealth, NotReady, OperatorApi } from "@lead-gateway/api-contract"
import { LeadDatabase, type ReadReplica } from "@lead-gateway/lead-store"
import { answerMetrics, Metrics } from "@lead-gateway/runtime"
import { Effect, Option, type Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { IntakeCounts } from "../Admission.ts"
import type { Statistics } from "../Statistics.ts"
import { answerOf, deepHealth } from "./deepHealth.ts"

/** What `/health/deep` shows of the process itself. */
export interface ProcessInfo {
  readonly version: string
  readonly queueType: DeepHealth["queue"]["type"]
}

/** {@link ProcessInfo}, what is dangerous about the process's configuration, and what it knows of its work. */
export interface HealthInfo extends ProcessInfo {
  readonly warnings: ReadonlyArray<string>
  readonly statistics: Pick<Statistics, "queueDepth" | "state">
  readonly replica: ReadReplica["Service"]["status"]
  /** Who may read `/metrics`; none: everybody. */
  readonly metricsTokens: Option.Option<ReadonlyArray<Redacted.Redacted>>
  /** What came of webhooks. */
  readonly intake: () => IntakeCounts
  /** Whether webhooks are refused now, since Postgres does not take them in time. */
  readonly isIntakeBusy: () => boolean
}

/** `/health`, `/livez`, `/readyz`, `/health/deep` and `/metrics`. */
export const operationsHandlers = (info: HealthInfo) =>
  HttpApiBuilder.group(
    OperatorApi,
    "operations",
    Effect.fn(function* (handlers) {
      const database = yield* LeadDatabase
      const health = yield* deepHealth(info)
      const scrape = answerMetrics(yield* Metrics, info.metricsTokens)
      const ok = () => Effect.succeed("OK" as const)

      return handlers.handleAll({
        health: ok,
        livez: ok,
        // Ready also while the queue is down: workers then find leads in Postgres.
        readyz: Effect.fnUntraced(function* () {
          if (!(yield* database.isReady) || Option.isNone(yield* answerOf(database.ping))) {
            return yield* new NotReady({ error: "not ready: database" })
          }
          const refusal = yield* database.refusal
          if (Option.isNone(refusal)) return "OK" as const
          return yield* new NotReady({ error: `not ready: database refuses writes (${refusal.value})` })
        }),
        deepHealth: () => health,
        metrics: () => scrape,
      })
    }),
  )
