import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import { type ClaimedLead, LeadReader, type LeadWork } from "../../src/index.ts"
import {
  claim,
  failed,
  inWorld,
  parked,
  proceed,
  ready,
  receive,
  record,
  refused,
  release,
  rejected,
  succeeded,
  unknown,
  unknownAndLast,
} from "../support/world.ts"

/** A stream of numbers below 1 that depends on nothing but its seed (mulberry32). */
const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Every kept count, and the sum that a count of the rows gives. */
const bothCounts = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const rows = yield* sql<{ status: string; leads: number }>`
    SELECT status, count(*)::integer AS leads FROM inbound_lead GROUP BY status`
  const counted = Object.fromEntries(rows.map((row) => [row.status, row.leads]))
  const kept = yield* LeadReader.use((reader) => reader.counts)
  return { counted, kept: Object.fromEntries(Object.entries(kept).filter(([, leads]) => leads !== 0)) }
})

/**
 * Leads whose attempts are not 1, 2 … up to their count, or that have one open and are not under way; a success
 * of an earlier attempt may end a lead while its last one is still open.
 */
const oddAttempts = PgClient.PgClient.use(
  (sql) => sql`
    SELECT lead.id FROM inbound_lead lead
      LEFT JOIN (
        SELECT lead_id, count(*) AS attempts, max(attempt_no) AS last,
          max(attempt_no) FILTER (WHERE ended_at IS NULL) AS open
        FROM delivery_attempt GROUP BY lead_id
      ) attempt ON lead_id = lead.id
      LEFT JOIN open_lead ON open_lead.id = lead.id
    WHERE COALESCE(attempts, 0) <> attempt_count OR COALESCE(last, 0) <> attempt_count
      OR open < last OR (open = last AND open_lead.id IS NULL AND status <> 'DELIVERED')`,
)

describe("lead_count", () => {
  it.effect.prop(
    "is the number of rows in each status after any steps of any workers, in any order",
    { seed: Schema.Int },
    ({ seed }) =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const pick = <A>(all: ReadonlyArray<A>) => all[Math.floor(next() * all.length)]
        /** Everything that was ever claimed: present owners, and those that are late. */
        const held: Array<ClaimedLead> = []

        const step = Effect.suspend((): Effect.Effect<unknown, unknown, LeadWork> => {
          const lead = pick(next() < 0.8 ? held.slice(-4) : held)
          const dice = next()
          if (lead === undefined || dice < 0.25) {
            return Effect.map(claim(2), (claimed) => held.push(...claimed))
          }
          if (dice < 0.6) {
            const fits = next() < 0.9 === (lead.status === "RECEIVED")
            return proceed(lead, fits ? pick([ready, ready, ready, rejected, parked]) : undefined)
          }
          const attemptNo = lead.attemptCount + (lead.attemptIsOpen || next() < 0.1 ? 0 : 1)
          if (dice < 0.9) {
            return record(
              lead,
              attemptNo,
              pick([succeeded, failed, failed, refused, unknown, unknownAndLast]) ?? failed,
            )
          }
          return release(lead, { unsentAttemptNo: next() < 0.5 ? undefined : attemptNo })
        })

        for (let round = 0; round < 25; round++) {
          yield* receive(Math.floor(next() * 4))
          yield* Effect.all(
            Array.from({ length: 12 }, () => step),
            { concurrency: 4 },
          )
          if (next() < 0.5) {
            yield* sql`UPDATE open_lead SET next_attempt_at = now(), due_at = now() WHERE due_at > now() AND random() < 0.5`
          }
          const { counted, kept } = yield* bothCounts
          assert.deepStrictEqual(kept, counted)
          assert.deepStrictEqual(yield* oddAttempts, [])
        }
      }).pipe(inWorld),
    { arbitrary: { runs: 6 } },
  )

  it.effect("is kept in shards, so that processes do not wait for each other", () =>
    Effect.gen(function* () {
      yield* receive(3)
      const [lead] = yield* claim(1)
      assert(lead !== undefined)
      yield* proceed(lead, ready)
      yield* record(lead, 1, succeeded)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{
        shards: number
      }>`SELECT count(DISTINCT shard)::integer AS shards FROM lead_count`
      assert.deepStrictEqual(rows, [{ shards: 3 }])
    }).pipe(inWorld),
  )
})
