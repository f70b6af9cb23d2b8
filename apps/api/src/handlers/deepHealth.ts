/** `GET /health/deep`: what the process depends on, and how fast it is. */
import type { DeepHealth } from "@lead-gateway/api-contract"
import { LeadDatabase, type ReadReplica } from "@lead-gateway/lead-store"
import { Duration, Effect, Option } from "effect"
import type { IntakeCounts } from "../Admission.ts"
import type { Statistics } from "../Statistics.ts"
import { within } from "./within.ts"

/** What it shows besides what it asks Postgres. */
export interface DeepHealthInfo {
  readonly version: string
  readonly queueType: DeepHealth["queue"]["type"]
  readonly warnings: ReadonlyArray<string>
  readonly statistics: Pick<Statistics, "queueDepth" | "state">
  readonly replica: ReadReplica["Service"]["status"]
  readonly intake: () => IntakeCounts
  readonly isIntakeBusy: () => boolean
}

/** A webhook should be answered within this time: a write that takes as long is slow. */
const slowWrite = Duration.millis(500)

/** Makes the effect that reads the health. It never fails, and takes 2 s at most. */
export const deepHealth = (info: DeepHealthInfo) =>
  Effect.map(LeadDatabase, (database) => healthOf(info, database))

const healthOf = (info: DeepHealthInfo, database: LeadDatabase["Service"]) => {
  const { queueDepth, state } = info.statistics
  const whenReady = <A, E>(ask: Effect.Effect<A, E>) =>
    Effect.flatMap(database.isReady, (isReady) => (isReady ? answerOf(ask) : Effect.succeedNone))

  return Effect.gen(function* () {
    const { depth, latency, leads, pending, refusal, schema, write } = yield* Effect.all(
      {
        latency: whenReady(database.ping),
        refusal: database.refusal,
        schema: whenReady(database.schemaVersion),
        pending: answerOf(database.pendingMigrations),
        write: database.writeLatency,
        leads: whenReady(state),
        depth: answerOf(Effect.timed(queueDepth)),
      },
      { concurrency: "unbounded" },
    )
    const writable = Option.isNone(refusal) ? latency : Option.none()
    const readReplica = info.replica()
    const isSlow = Option.exists(write, Duration.isGreaterThanOrEqualTo(slowWrite)) || info.isIntakeBusy()
    return {
      status: statusOf(Option.isSome(writable), Option.isSome(depth) && !isSlow),
      version: info.version,
      database: {
        status: isUp(writable),
        latencyMs: inMs(latency),
        writeLatencyMs: inMs(write),
        refusesWrites: Option.getOrNull(refusal),
      },
      ...(readReplica && { readReplica: { status: readReplica.status, lagMs: readReplica.lagMs } }),
      // `0001_leads` is version 1.
      schemaVersion: Option.getOrNull(Option.map(schema, (name) => Number.parseInt(name, 10))),
      migrationsPending: Option.getOrNull(pending),
      queue: {
        type: info.queueType,
        status: isUp(depth),
        latencyMs: inMs(Option.map(depth, ([duration]) => duration)),
        depth: Option.getOrNull(Option.map(depth, ([, count]) => count)),
      },
      oldestDueSeconds: seconds(Option.map(leads, ({ oldestDueSeconds }) => oldestDueSeconds)),
      workers: {
        status: isUp(Option.filter(leads, ({ workers }) => workers.connections > 0)),
        connections: Option.getOrNull(Option.map(leads, ({ workers }) => workers.connections)),
        lastSeenSeconds: seconds(Option.map(leads, ({ workers }) => workers.lastSeenSeconds)),
      },
      intake: info.intake(),
      warnings: info.warnings,
    } satisfies DeepHealth
  })
}

/** Without Postgres no lead is taken. Without the queue leads are taken, and workers find them a little later. */
const statusOf = (takesLeads: boolean, isFast: boolean): DeepHealth["status"] => {
  if (!takesLeads) return "down"
  return isFast ? "up" : "degraded"
}

/** None when a dependency fails or takes longer than 2 s; it counts as down then. */
export const answerOf = <A, E>(ask: Effect.Effect<A, E>) => Effect.option(within(Duration.seconds(2))(ask))

const isUp = (answer: Option.Option<unknown>) => (Option.isSome(answer) ? ("up" as const) : ("down" as const))

/** Milliseconds with three decimals: a local Postgres answers in a fraction of one. */
const inMs = (latency: Option.Option<Duration.Duration>): number | null =>
  Option.match(latency, {
    onNone: () => null,
    onSome: (duration) => Math.round(Duration.toMillis(duration) * 1000) / 1000,
  })

/** With three decimals, and not below 0 when a clock was set back. */
const seconds = (value: Option.Option<number | undefined>): number | null => {
  const known = Option.getOrUndefined(value)
  return known === undefined ? null : Math.max(0, Math.round(known * 1000) / 1000)
}
