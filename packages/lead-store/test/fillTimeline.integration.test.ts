import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { fillTimeline, foldTimeline } from "../src/index.ts"
import { lastDays, timelineLines } from "./support/timeline.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  complete,
  exhausted,
  inWorld,
  receive,
  replay,
  send,
  succeeded,
  unknown,
  unknownAndLast,
} from "./support/world.ts"

/** Makes all that has happened so far happen an hour earlier. */
const anHourEarlier = PgClient.PgClient.use((sql) =>
  Effect.forEach(
    [
      "UPDATE lead SET received_at = received_at - interval '1 hour'",
      "UPDATE work SET received_at = received_at - interval '1 hour'",
      "UPDATE decision SET decided_at = decided_at - interval '1 hour'",
      "UPDATE attempt SET ended_at = ended_at - interval '1 hour'",
      "UPDATE lead_event SET at = at - interval '1 hour'",
      "UPDATE settled_lead SET received_at = received_at - interval '1 hour', settled_at = settled_at - interval '1 hour'",
      "UPDATE timeline_entry SET at = at - interval '1 hour'",
    ],
    (statement) => sql.unsafe(statement, []),
  ),
)

/** The database gets its timeline so many minutes ago. */
const countsSince = (minutes: number) =>
  PgClient.PgClient.use(
    (sql) => sql`
      UPDATE timeline_start
      SET counts_from = date_trunc('minute', now(), 'UTC') - make_interval(mins => ${minutes}::integer), fill_below = NULL`,
  )

/** Replaces what the statements have counted by what the rows say, which must be the same; returns it. */
const fillAgain = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  yield* anHourEarlier
  yield* sql`CREATE TABLE kept AS TABLE timeline_entry`
  yield* foldTimeline
  const counted = yield* timelineLines
  yield* sql`TRUNCATE timeline`
  yield* sql`INSERT INTO timeline_entry TABLE kept`
  yield* countsSince(2)
  // Entries of a time before counting began are of a process that was early: the rows count instead.
  yield* foldTimeline
  assert.deepStrictEqual(yield* timelineLines, [])
  assert.isAbove(yield* fillTimeline, 0)
  assert.deepStrictEqual(yield* timelineLines, counted)
  return counted
})

describe("filling the timeline", () => {
  // A test of its own for each: two faults may cancel each other out in the sums.
  for (const [what, retries, happens] of [
    [
      "that ended its lead as no retry, also when the customer turns out to have it after a replay",
      0,
      Effect.gen(function* () {
        const lead = yield* send(unknownAndLast)
        yield* replay("again", { statuses: ["PERMANENTLY_FAILED"] })
        yield* complete(lead, 1, succeeded)
      }),
    ],
    [
      "as a retry, also when it ends its lead later",
      1,
      Effect.flatMap(send(unknown), (lead) => complete(lead, 1, exhausted)),
    ],
    [
      "as a retry, also when the customer turns out to have the lead",
      1,
      Effect.flatMap(send(unknown), (lead) => complete(lead, 1, succeeded)),
    ],
  ] as const) {
    it.effect(`counts an attempt with an unknown outcome ${what}`, () =>
      Effect.gen(function* () {
        yield* happens
        yield* fillAgain
        const { points } = yield* lastDays
        assert.strictEqual(
          points.reduce((sum, { retried }) => sum + retried, 0),
          retries,
        )
      }).pipe(inWorld),
    )
  }

  for (const seed of [3, 8, 21]) {
    it.effect(`counts from the rows of leads what the statements would have counted (${seed})`, () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const walk = makeWalk("walk", next, [])
        for (let round = 0; round < 40; round++) {
          if (next() < 0.4) yield* receive(3)
          yield* Effect.all([walk, walk, walk], { concurrency: "unbounded" })
          if (next() < 0.4)
            yield* sql`UPDATE work SET scheduled_at = now(), due_at = now() WHERE due_at > now()`
          if (next() < 0.1) yield* replay(`delivered-${round}`, { statuses: ["DELIVERED"] })
        }
        assert.isAtLeast((yield* fillAgain).length, 3)
        assert.strictEqual(yield* fillTimeline, 0)

        // What happens from then on is counted by statements alone.
        yield* send(succeeded)
        yield* foldTimeline
        const { countedFrom, points } = yield* lastDays
        assert.isNull(countedFrom)
        assert.strictEqual(
          points.reduce((sum, { received }) => sum + received, 0),
          (yield* sql`SELECT FROM lead`).length,
        )
      }).pipe(inWorld),
    )
  }

  it.effect("begins a minute after counting has begun, and has nothing to do on a new database", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(2)
      assert.strictEqual(yield* fillTimeline, 0)
      yield* countsSince(-5)
      assert.strictEqual(yield* fillTimeline, 0)
      assert.isNotNull((yield* lastDays).countedFrom)
      yield* countsSince(2)
      assert.strictEqual(yield* fillTimeline, 3)
      // The two leads came after that.
      assert.deepStrictEqual(yield* sql`SELECT FROM timeline`, [])
    }).pipe(inWorld),
  )

  it.effect("goes on where a worker was killed, over partitions that retention has dropped", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(2)
      yield* sql`SELECT setval('lead_id_seq', 2000000)`
      yield* receive(3)
      yield* sql`
        DROP TABLE lead_p000001, decision_p000001, delivery_p000001, attempt_p000001, lead_event_p000001, lead_contact_p000001`
      yield* anHourEarlier
      yield* countsSince(2)
      yield* foldTimeline
      yield* sql`UPDATE timeline_start SET fill_below = 2000000`
      assert.isAbove(yield* fillTimeline, 0)
      const { points } = yield* lastDays
      assert.strictEqual(
        points.reduce((sum, { received }) => sum + received, 0),
        2,
      )
    }).pipe(inWorld),
  )
})
