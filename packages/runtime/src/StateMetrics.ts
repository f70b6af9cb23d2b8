/**
 * Gauges that Postgres and the queue know, read at the scrape: how many leads there are and are due, and who waits.
 *
 * A scrape never fails because Postgres is away, or waits long for it: then these series are absent, and
 * `lead_gateway_database_up` is 0.
 */
import { Cause, Duration, Effect, Exit, Option } from "effect"
import type { Metrics, Reading } from "./Metrics.ts"
import { within } from "./within.ts"

/** What Postgres says. */
export interface GatewayState {
  readonly leadsDue: number
  /** Undefined if no lead is due. */
  readonly oldestDueSeconds: number | undefined
  readonly unaccounted: number
  readonly customers: ReadonlyArray<{ readonly name: string; readonly isCircuitOpen: boolean }>
  /** By what they do. */
  readonly connections: Readonly<Record<string, number>>
}

/** Where the state comes from; each may fail, or take long. */
export interface StateSources {
  /** Leads by status. */
  readonly counts: Effect.Effect<Readonly<Record<string, number>>, unknown>
  readonly state: Effect.Effect<GatewayState, unknown>
  /** The leads in the queue. */
  readonly queueDepth: Effect.Effect<number, unknown>
}

/** Less than Prometheus waits, 10 s by default. */
const patience = Duration.seconds(2)

/** Adds the gauges to the metrics. */
export const observeState = (metrics: Metrics, sources: StateSources): void => {
  let counts: Readonly<Record<string, number>> | undefined
  let state: GatewayState | undefined
  let queueDepth: number | undefined
  const read = <A>(source: Effect.Effect<A, unknown>): Effect.Effect<A | undefined> =>
    within(patience)(source).pipe(
      Effect.tapDefect((defect) =>
        Effect.logError("metrics lack what a bug has kept from them", Cause.die(defect)),
      ),
      Effect.exit,
      Effect.map(Exit.getSuccess),
      Effect.map(Option.getOrUndefined),
    )
  metrics.refresh(
    "state",
    Effect.map(
      Effect.all([read(sources.counts), read(sources.state), read(sources.queueDepth)], {
        concurrency: "unbounded",
      }),
      (answers) => {
        counts = answers[0]
        state = answers[1]
        queueDepth = answers[2]
      },
    ),
  )

  const gauge = (name: string, help: string, labels: ReadonlyArray<string>, reading: () => Reading) =>
    metrics.observe({ type: "gauge", name: `lead_gateway_${name}`, help, labels }, reading)
  const each = (values: Readonly<Record<string, number>> | undefined): Reading =>
    values && Object.entries(values).map(([label, value]) => [[label], value] as const)

  gauge("database_up", "1 if Postgres answered this scrape in time, else 0", [], () =>
    counts !== undefined && state !== undefined ? 1 : 0,
  )
  gauge("leads", "Leads by status, over all processes", ["status"], () => each(counts))
  gauge("leads_due", "Leads that a worker may take now and none has", [], () => state?.leadsDue)
  gauge(
    "oldest_due_seconds",
    "For how long the oldest of the due leads has been due; 0 if none is",
    [],
    () => state && (state.oldestDueSeconds ?? 0),
  )
  gauge(
    "unaccounted_leads",
    "Received leads that are in no status: anything else than 0 is a bug",
    [],
    () => state?.unaccounted,
  )
  gauge(
    "circuit_open",
    "1 while no lead is sent to the customer because it is unavailable, else 0",
    ["customer"],
    () => state?.customers.map(({ isCircuitOpen, name }) => [[name], isCircuitOpen ? 1 : 0] as const),
  )
  gauge("queue_depth", "Leads in the queue", [], () => queueDepth)
  gauge("db_pool_connections", "Connections to Postgres of this process, by what they do", ["state"], () =>
    each(state?.connections),
  )
}
