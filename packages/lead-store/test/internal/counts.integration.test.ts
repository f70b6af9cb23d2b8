import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import { LeadReader } from "../../src/index.ts"
import { makeWalk, random } from "../support/walk.ts"
import { claim, inWorld, proceed, ready, receive, record, succeeded } from "../support/world.ts"

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
        const step = makeWalk("walk", next)
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
