/** What tests do at a customer's throttle. */
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import type { CustomerSettings } from "../../src/index.ts"
import { peek } from "../../src/internal/throttle.ts"
import { claim, open, settings } from "./world.ts"

interface CustomerRow {
  readonly circuit: string
  readonly failed_leads: ReadonlyArray<bigint>
  readonly open_for: number
  readonly probe_lead: bigint | null
  readonly probe_in: number | null
  /** Where the row lies: it changes with every write. */
  readonly place: string
}

/** A customer's throttle as it stands. */
export const customerRow = (id = 1) =>
  PgClient.PgClient.use((sql) =>
    Effect.flatMap(
      sql<CustomerRow>`
        SELECT circuit, failed_leads, extract(epoch FROM open_for)::float8 AS open_for, probe_lead,
          extract(epoch FROM probe_at - clock_timestamp())::float8 AS probe_in, xmin || ' ' || ctid AS place
        FROM customer WHERE id = ${id}`,
      ([row]) => (row === undefined ? Effect.die(new Error("no such customer")) : Effect.succeed(row)),
    ),
  )

/** The open circuit's wait for a probe is over, or the wait for a probe's outcome. */
export const probeTimeComes = PgClient.PgClient.use((sql) => sql`UPDATE customer SET probe_at = now()`)

/** Claims what there is, and opens an attempt of it: the probe, when the circuit is open. */
export const openNext = Effect.gen(function* () {
  const [lead, ...others] = yield* claim(10)
  if (lead === undefined || others.length > 0)
    return yield* Effect.die(new Error("not one piece of work to be claimed"))
  const { attemptNo, isProbe } = yield* open(lead)
  return { ...lead, attemptNo, isProbe }
})

/** A throttle at a moment; times in ms, those that are left out long ago. */
export interface ThrottleState {
  readonly at: number
  /** When the next delivery is in turn. */
  readonly next?: number
  /** Since when the circuit has been closed. */
  readonly closed?: number
  /** The circuit is open, and this is when it is probed. */
  readonly probe?: number
}

/** What such a throttle would let through; times in ms after that moment. */
export const permitsAt = (options: Partial<CustomerSettings>, state: ThrottleState) => {
  const { failures, openFor, probeTimeout, ramp, ratePerSecond } = { ...settings, ...options }
  const seconds = (duration: Duration.Duration) => Duration.toSeconds(duration)
  const time = (ms: number | undefined) => (ms === undefined ? null : ms / 1000)
  return PgClient.PgClient.use((sql) =>
    Effect.flatMap(
      sql.unsafe<{ permits: number; spacing: number | null; wait: number; ahead: number | null }>(
        `SELECT permits, (extract(epoch FROM spacing) * 1000)::float8 AS spacing,
           (extract(epoch FROM again_at - at) * 1000)::float8 AS wait,
           (extract(epoch FROM next_send - at) * 1000)::float8 AS ahead
         FROM (
           SELECT $1::float8 AS rate_per_second, $2::integer AS breaker_failures, make_interval(secs => $3::float8) AS breaker_open_for,
             make_interval(secs => $4::float8) AS breaker_ramp, make_interval(secs => $5::float8) AS probe_timeout,
             NULL AS blocked_reason, NULL AS paused_at, CASE WHEN $6::float8 IS NULL THEN 'closed' ELSE 'open' END AS circuit,
             to_timestamp($6::float8) AS probe_at, coalesce(to_timestamp($7::float8), '-infinity') AS circuit_changed_at,
             to_timestamp($8::float8) AS next_send_at
         ) AS c ${peek.replace("clock_timestamp()", "to_timestamp($9::float8)")}`,
        [
          ratePerSecond ?? null,
          failures,
          seconds(openFor),
          seconds(ramp),
          seconds(probeTimeout),
          time(state.probe),
          time(state.closed),
          (state.next ?? 0) / 1000,
          state.at / 1000,
        ],
      ),
      ([row]) => (row === undefined ? Effect.die(new Error("no answer")) : Effect.succeed(row)),
    ),
  )
}
