import { Effect } from "effect"
import { expect } from "./progress.ts"
import { query } from "./Rows.ts"
import type { World } from "./World.ts"

/** How long leads wait for their first attempt or their rejection, in milliseconds. */
export interface Waits {
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

/**
 * Waits until every lead that has been stored is attempted, rejected or parked, and returns how long that took. Records a
 * finding for a lead that waited for longer than `atMostMs`.
 */
export const waitsOf = (world: World, atMostMs: number): Effect.Effect<Waits> =>
  Effect.gen(function* () {
    const { databaseUrl, name } = world
    const [last] = yield* query<{ readonly id: number }>(
      databaseUrl,
      "SELECT coalesce(max(id), 0)::int AS id FROM inbound_lead",
    )
    const upTo = last?.id ?? 0
    const isAttempted = query<{ readonly waiting: number }>(
      databaseUrl,
      `SELECT count(*)::int AS waiting FROM inbound_lead l WHERE id <= ${upTo} AND status IN ('RECEIVED', 'READY')
       AND NOT EXISTS (SELECT FROM delivery_attempt a WHERE a.lead_id = l.id)`,
    ).pipe(Effect.map(([row]) => row?.waiting === 0))
    yield* expect(world, "every lead is attempted", isAttempted)
    const [waits] = yield* query<Waits>(
      databaseUrl,
      `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::int AS p50,
              percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::int AS p99, max(ms)::int AS longest
       FROM (SELECT extract(epoch FROM min(a.requested_at) - l.received_at) * 1000 AS ms
             FROM inbound_lead l JOIN delivery_attempt a ON a.lead_id = l.id
             WHERE l.id <= ${upTo} AND l.raw_payload ->> 'source' LIKE '${name}-%' GROUP BY l.id, l.received_at) waits`,
    )
    if (waits === undefined) return yield* Effect.die(new Error("no waits"))
    if (waits.longest > atMostMs)
      world.findings.push(`a lead waited ${waits.longest} ms for its first attempt`)
    return waits
  }).pipe(Effect.orDie)

/**
 * The longest wait that a fault of Redis may cause: 10 s is the patience with which workers leave an offered lead to the
 * queue, then they find it by the next poll. The rest is for a busy machine.
 */
export const longestWaitMs = 20_000

/** Records a finding for each sender that was not answered 200 at once: a fault of Redis is none of theirs. */
export const allAreTaken = (world: World): Effect.Effect<void> =>
  Effect.sync(() => {
    const others = world.senders.answers.filter(({ status, tookMs }) => status !== 200 || tookMs > 5000)
    world.findings.push(
      ...others.slice(0, 3).map(({ status, tookMs }) => `a sender was answered ${status} after ${tookMs} ms`),
    )
  })
