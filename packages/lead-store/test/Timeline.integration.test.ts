import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase, TestProcess } from "@lead-gateway/testkit"
import { Duration, Effect, Fiber } from "effect"
import { foldTimeline, pruneTimeline, Timeline } from "../src/index.ts"
import { holdOpen } from "./support/locks.ts"
import { lastDays, timelineAccounts, timelineLines, withoutReady } from "./support/timeline.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  bothCounts,
  claim,
  complete,
  failed,
  inWorld,
  open,
  parked,
  receive,
  refused,
  rejected,
  replay,
  send,
  step,
  succeeded,
  timeComes,
} from "./support/world.ts"

/** The timeline of every width agrees with the counts of the ledger. */
const agrees = Effect.gen(function* () {
  const { counted, kept } = yield* bothCounts
  assert.deepStrictEqual(kept, counted)
  for (const bucket of ["minute", "hour", "day"] as const) {
    assert.deepStrictEqual(yield* timelineAccounts(bucket), withoutReady(counted), bucket)
  }
})

/** Random steps of workers and operators on random leads. */
const live = Effect.fnUntraced(function* (seed: number, rounds: number) {
  const sql = yield* PgClient.PgClient
  const next = random(seed)
  const walk = makeWalk(`walk-${seed}`, next, [])
  for (let round = 0; round < rounds; round++) {
    if (next() < 0.4) yield* receive(3)
    yield* Effect.all([walk, walk, walk], { concurrency: "unbounded" })
    if (next() < 0.4) {
      yield* sql`UPDATE work SET scheduled_at = now(), due_at = now() WHERE due_at > now()`
      yield* sql`UPDATE work SET leased_until = now() WHERE lease IS NOT NULL AND random() < 0.1`
    }
    if (next() < 0.2) yield* foldTimeline
    if (next() < 0.1) yield* replay(`delivered-${seed}-${round}`, { statuses: ["DELIVERED"] })
  }
})

describe("the timeline", () => {
  for (const seed of [1, 7, 33, 104]) {
    it.effect(`adds up to the ledger after any steps of any workers and operators (${seed})`, () =>
      Effect.gen(function* () {
        yield* live(seed, 40)
        yield* agrees
        const before = yield* timelineLines
        yield* foldTimeline
        yield* agrees
        const after = yield* timelineLines
        // Before, some buckets were in two parts.
        assert.isAtMost(after.length, before.length)
        const sql = yield* PgClient.PgClient
        assert.deepStrictEqual(yield* sql`SELECT FROM timeline_entry`, [])
      }).pipe(inWorld),
    )
  }

  it.effect("says what happened, and how long deliveries took", () =>
    Effect.gen(function* () {
      yield* send(succeeded)
      yield* send(refused)
      const retried = yield* send(failed)
      yield* receive(3)
      const [toReject, toPark] = yield* claim(2)
      if (toReject === undefined || toPark === undefined) return assert.fail("nothing to claim")
      yield* step(toReject, rejected)
      yield* step(toPark, parked)
      yield* timeComes(retried.leadId)
      const again = (yield* claim(5)).find(({ leadId }) => leadId === retried.leadId)
      if (again === undefined) return assert.fail("the retry cannot be claimed")
      yield* open(again)
      yield* complete(again, 2, succeeded)
      yield* replay("again", { statuses: ["REJECTED", "PERMANENTLY_FAILED"] })

      const sums = Effect.map(lastDays, ({ points }) => {
        const of = (field: "received" | "rejected" | "delivered" | "failed" | "retried" | "parked") =>
          points.reduce((sum, point) => sum + point[field], 0)
        return {
          received: of("received"),
          rejected: of("rejected"),
          delivered: of("delivered"),
          failed: of("failed"),
          retried: of("retried"),
          parked: of("parked"),
          permanentlyFailed: points.reduce((sum, point) => sum + point.permanentlyFailed, 0),
          replayed: points.reduce((sum, point) => sum + point.replayed, 0),
        }
      })
      const expected = {
        received: 6,
        rejected: 1,
        delivered: 2,
        failed: 2,
        retried: 1,
        parked: 1,
        permanentlyFailed: 1,
        replayed: 2,
      }
      assert.deepStrictEqual(yield* sums, expected)
      yield* foldTimeline
      assert.deepStrictEqual(yield* sums, expected)
      yield* foldTimeline
      assert.deepStrictEqual(yield* sums, expected)
      const today = (yield* lastDays).points.filter(({ delivered }) => delivered > 0)
      for (const { p50Ms, p95Ms } of today) {
        assert.isTrue(p50Ms !== null && p95Ms !== null && p50Ms > 0 && p50Ms <= p95Ms && p95Ms < 60_000)
      }
    }).pipe(inWorld),
  )

  it.effect("says percentiles with an error of 5 % at most, across parts that were added up apart", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // From 3 ms to two weeks, so that the time of the test itself is next to nothing.
      const ages = Array.from({ length: 60 }, (_, index) => 100 * 1.3 ** index)
      for (const [index, seconds] of ages.entries()) {
        const [lead] = yield* receive(1).pipe(
          Effect.tap(
            () => sql`UPDATE work SET received_at = now() - make_interval(secs => ${seconds}::float8)`,
          ),
          Effect.andThen(claim(1)),
        )
        if (lead === undefined) return assert.fail("nothing to claim")
        yield* open(lead)
        yield* complete(lead, 1, succeeded)
        if (index % 7 === 0) yield* foldTimeline
      }
      const rows = yield* sql<{ ms: number }>`
        SELECT (extract(epoch FROM settled_at - received_at) * 1000)::float8 AS ms FROM settled_lead ORDER BY 1`
      const { points } = yield* lastDays
      const delivered = points.filter(({ delivered }) => delivered > 0)
      assert.lengthOf(delivered, 1, "a test at midnight")
      const [{ p50Ms, p95Ms } = { p50Ms: null, p95Ms: null }] = delivered
      const near = (actual: number | null, rank: number) =>
        assert.closeTo((actual ?? 0) / (rows[rank - 1]?.ms ?? 0), 1, 0.05)
      near(p50Ms, 30)
      near(p95Ms, 57)
    }).pipe(inWorld),
  )

  it.effect("has every bucket, and says from when on it counts", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const hour = 3_600_000
      const read = (fromMs: number, toMs: number) =>
        Timeline.use((timeline) => timeline.read({ bucket: "hour", fromMs, toMs })).pipe(
          Effect.provide(Timeline.layer),
        )
      const { countedFrom, points } = yield* read(100 * hour, 103 * hour)
      assert.deepStrictEqual(
        points.map(({ at, p50Ms, received }) => [at.toISOString(), received, p50Ms]),
        [100, 101, 102].map((n) => [new Date(n * hour).toISOString(), 0, null]),
      )
      assert.isNull(countedFrom)
      yield* sql`UPDATE timeline_start SET counts_from = to_timestamp(${101 * 3600}::float8)`
      assert.strictEqual((yield* read(100 * hour, 103 * hour)).countedFrom?.getTime(), 101 * hour)
      assert.isNull((yield* read(101 * hour, 103 * hour)).countedFrom)
      yield* sql`UPDATE timeline_start SET fill_below = 0`
      assert.isNull((yield* read(100 * hour, 103 * hour)).countedFrom)
    }).pipe(inWorld),
  )

  it.effect("keeps minutes for 90 days, hours and days for ever", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO timeline_entry (at, tenant_id, was, became, leads)
        SELECT date_trunc('minute', now(), 'UTC') - make_interval(days => d), 1, 'RECEIVED', 'RECEIVED', 1 FROM generate_series(0, 100) AS d`
      yield* foldTimeline
      assert.strictEqual(yield* pruneTimeline, 10)
      assert.strictEqual(yield* pruneTimeline, 0)
      const kept =
        yield* sql`SELECT bucket, count(*)::integer AS rows FROM timeline GROUP BY bucket ORDER BY bucket`
      assert.deepStrictEqual(kept, [
        { bucket: "day", rows: 101 },
        { bucket: "hour", rows: 101 },
        { bucket: "minute", rows: 91 },
      ])
    }).pipe(inWorld),
  )

  it.live("leaves the work to the process that is at it, and counts once when two do it", () =>
    Effect.gen(function* () {
      yield* receive(5)
      const end = yield* holdOpen((sql) => sql`SELECT pg_advisory_xact_lock(hashtext('lead timeline'))`)
      assert.strictEqual(yield* foldTimeline, 0)
      yield* agrees
      yield* end
      assert.isAbove(yield* foldTimeline, 0)
      yield* agrees
    }).pipe(Effect.scoped, inWorld),
  )

  it.live(
    "loses nothing and counts nothing twice when a folding worker is killed, and shows readers every lead",
    () =>
      Effect.gen(function* () {
        const { url } = yield* TestDatabase
        const sql = yield* PgClient.PgClient
        const workers = { killed: 0 }
        const folded = yield* Effect.forkChild(
          Effect.forever(
            Effect.gen(function* () {
              const worker = yield* TestProcess.spawn({
                program: new URL("programs/foldForever.ts", import.meta.url),
                args: [url],
              })
              yield* worker.waitForLine("folding", { within: "60 seconds" })
              yield* Effect.sleep(Duration.millis(20 + Math.random() * 200))
              yield* worker.kill("SIGKILL")
              yield* worker.exited
              workers.killed++
            }).pipe(Effect.scoped),
          ),
        )
        let stored = 0
        while (workers.killed < 3) {
          stored += (yield* receive(20)).length
          const { points } = yield* lastDays
          assert.strictEqual(
            points.reduce((sum, { received }) => sum + received, 0),
            stored,
          )
        }
        yield* Fiber.interrupt(folded)
        assert.isAbove((yield* sql`SELECT FROM timeline`).length, 0, "they have folded something")
        yield* agrees
        yield* foldTimeline
        yield* agrees
      }).pipe(inWorld),
    180_000,
  )
})
