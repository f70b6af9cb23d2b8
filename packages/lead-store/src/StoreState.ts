/**
 * The state of all leads and of who works on them, in a few numbers: for metrics and health.
 *
 * One statement, which takes the same time however many leads there are, but for those that are due: it counts
 * {@link mostDue} of them at most for each schedule. Used by the api and the worker, which share its answer for a moment.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { isFree } from "./internal/sql.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** What {@link readStoreState} has read. */
export interface StoreState {
  /** Leads that a worker may take now and none has: new ones, retries whose time has come, those of lost workers. */
  readonly leadsDue: number
  /** For how many seconds the oldest of them has been due; undefined if none is. */
  readonly oldestDueSeconds: number | undefined
  /** How many leads the stored counts miss (positive) or have too many (negative). Always 0. */
  readonly unaccounted: number
  /** The first hundred customers. */
  readonly customers: ReadonlyArray<{ readonly name: string; readonly isCircuitOpen: boolean }>
  /** The connections that this process has, by what they do. Those of a pooler, if there is one. */
  readonly connections: Readonly<Record<ConnectionState, number>>
  /** The connections of all workers. */
  readonly workers: {
    readonly connections: number
    /** How long ago one of them has last sent a statement; undefined if none is connected. */
    readonly lastSeenSeconds: number | undefined
  }
}

/** What a connection does: a statement, nothing, or nothing within a transaction. */
export type ConnectionState = "active" | "idle" | "idle_in_transaction"

/** How many due leads are counted for each schedule: that of new leads, and those of customers. */
export const mostDue = 10_000

/** Reads the state once. */
export const readStoreState: Effect.Effect<StoreState, StoreError, PgClient.PgClient> = PgClient.PgClient.use(
  (sql) => Effect.map(sql.unsafe<StateRow>(statement, []), ([row]) => stateOf(row)),
).pipe(storeCall("readStoreState"))

interface StateRow {
  readonly leads_due: number
  readonly oldest_due_seconds: number | null
  readonly unaccounted: number | null
  readonly names: ReadonlyArray<string> | null
  readonly circuits: ReadonlyArray<string> | null
  readonly active: number
  readonly idle: number
  readonly idle_in_transaction: number
  readonly worker_connections: number
  readonly worker_seen_seconds: number | null
}

const stateOf = (row: StateRow | undefined): StoreState => ({
  leadsDue: row?.leads_due ?? 0,
  oldestDueSeconds: row?.oldest_due_seconds ?? undefined,
  unaccounted: row?.unaccounted ?? 0,
  customers: (row?.names ?? []).map((name, index) => ({
    name,
    isCircuitOpen: row?.circuits?.[index] === "open",
  })),
  connections: {
    active: row?.active ?? 0,
    idle: row?.idle ?? 0,
    idle_in_transaction: row?.idle_in_transaction ?? 0,
  },
  workers: {
    connections: row?.worker_connections ?? 0,
    lastSeenSeconds: row?.worker_seen_seconds ?? undefined,
  },
})

/**
 * A lead that the queue holds is due although its row is on the schedule a little later, hence the minute. The connection
 * that asks counts as idle.
 */
const statement = `
  WITH one_customer AS MATERIALIZED (
    SELECT id, name, circuit FROM customer WHERE tenant_id = 1 ORDER BY id LIMIT 100
  ), due AS MATERIALIZED (
    SELECT scheduled_at FROM (SELECT 0 AS id UNION ALL SELECT id FROM one_customer) AS lane CROSS JOIN LATERAL (
      SELECT scheduled_at, leased_until FROM work
      WHERE work.lane = lane.id AND due_at <= now() + interval '1 minute' ORDER BY due_at LIMIT ${mostDue}
    ) AS w
    WHERE scheduled_at <= now() AND ${isFree}
  ), connection AS MATERIALIZED (
    SELECT application_name AS name, CASE pid WHEN pg_backend_pid() THEN 'idle' ELSE state END AS state,
      greatest(backend_start, state_change) AS seen_at,
      application_name = current_setting('application_name') AND client_addr IS NOT DISTINCT FROM inet_client_addr() AS is_own
    FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
  )
  SELECT (SELECT count(*)::float8 FROM due) AS leads_due,
    (SELECT extract(epoch FROM now() - min(scheduled_at))::float8 FROM due) AS oldest_due_seconds,
    (SELECT sum(CASE account WHEN 'TOTAL' THEN leads ELSE -leads END)::float8 FROM lead_count WHERE tenant_id = 1) AS unaccounted,
    (SELECT array_agg(name ORDER BY id) FROM one_customer) AS names,
    (SELECT array_agg(circuit ORDER BY id) FROM one_customer) AS circuits,
    (SELECT count(*)::float8 FROM connection WHERE is_own AND state = 'active') AS active,
    (SELECT count(*)::float8 FROM connection WHERE is_own AND state = 'idle') AS idle,
    (SELECT count(*)::float8 FROM connection WHERE is_own AND state LIKE 'idle in%') AS idle_in_transaction,
    worker.connections AS worker_connections, worker.seen_seconds AS worker_seen_seconds
  FROM (
    SELECT count(*)::float8 AS connections, extract(epoch FROM clock_timestamp() - max(seen_at))::float8 AS seen_seconds
    FROM connection WHERE split_part(name, ' ', 1) IN ('lead-gateway-worker', 'lead-gateway')
  ) AS worker`
