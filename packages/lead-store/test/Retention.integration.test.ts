import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { Effect, Fiber, Option } from "effect"
import { ledgerDifferences, LeadLedger, LeadReader, Retention } from "../src/index.ts"
import { alone } from "../src/internal/maintenance.ts"
import { partitionedTables } from "../src/Partitions.ts"
import { dropPartition } from "../src/internal/removeLeads.ts"
import { holdOpen } from "./support/locks.ts"
import {
  books,
  idsLeft,
  inDatabase,
  inDatabaseWith,
  partitions,
  sealed,
  store,
} from "./support/olderLeads.ts"

const options: Retention.Options = { age: { days: 30 }, archive: undefined }
const round = Retention.run(options)

/** The next lead is the first of the partition with this number. */
const advanceTo = (partition: number) =>
  PgClient.PgClient.use((sql) => sql`SELECT setval('lead_id_seq', ${partition * 1_000_000}::bigint, false)`)

const without = (dropped: string) => (names: ReadonlyArray<string>) =>
  names.filter((name) => !name.endsWith(dropped))

const assertBooks = Effect.map(books, ({ counted, found }) => assert.deepStrictEqual(found, counted))

describe("Retention.run", () => {
  it.live("removes leads that ended long ago, whole, and no others", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 3, state: "DELIVERED", daysAgo: 31 })
      yield* store({ from: 4, state: "DELIVERED", daysAgo: 29 })
      yield* store({ from: 5, count: 2, state: "REJECTED", daysAgo: 400 })
      yield* store({ from: 7, state: "PERMANENTLY_FAILED", daysAgo: 31, tenant: 2 })
      yield* store({ from: 8, state: "PARKED", daysAgo: 400 })
      yield* store({ from: 9, state: "READY", daysAgo: 400 })
      yield* store({ from: 10, state: "DELIVERED", daysAgo: 400 })
      const sql = yield* PgClient.PgClient
      // Ended by the late success of an attempt, while its last one is still open.
      yield* sql`
        INSERT INTO work (lead_id, tenant_id, state, attempt_no, attempt_is_open, attempt_id, attempt_opened_at)
        VALUES (10, 1, 'DELIVERED', 3, true, 99, now())`
      const { counted } = yield* books
      assert.deepStrictEqual(yield* round, { leads: 6, partitions: 0 })
      const left = [4, 8, 9, 10]
      assert.deepStrictEqual(yield* idsLeft, {
        lead: left,
        decision: left,
        delivery: left,
        attempt: left,
        lead_event: left,
        lead_contact: left,
        settled_lead: [4, 8, 10],
        work: [9, 10],
      })
      assert.deepStrictEqual(yield* sealed, ["1 0 DELIVERED 3", "1 0 REJECTED 2", "2 0 PERMANENTLY_FAILED 1"])
      assert.deepStrictEqual((yield* books).counted, counted)
      assert.deepStrictEqual(yield* round, { leads: 0, partitions: 0 })
      yield* store({ from: 11, state: "REJECTED", daysAgo: 31 })
      assert.deepStrictEqual(yield* round, { leads: 1, partitions: 0 })
      assert.include(yield* sealed, "1 0 REJECTED 3")
    }).pipe(inDatabase),
  )

  it.live("counts age in months, days and hours together", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, state: "DELIVERED", daysAgo: 60 })
      yield* store({ from: 2, state: "DELIVERED", daysAgo: 66 })
      assert.strictEqual(
        (yield* Retention.run({ age: { months: 2, days: 3, hours: 5 }, archive: undefined })).leads,
        1,
      )
      assert.deepStrictEqual((yield* idsLeft).lead, [1])
    }).pipe(inDatabase),
  )

  it.live("goes by the thousand, past leads that stay, and balances the books at any moment", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 1500, state: "PARKED", daysAgo: 50 })
      yield* store({ from: 1501, count: 2600, state: "DELIVERED", daysAgo: 40 })
      yield* store({ from: 4101, count: 1200, state: "DELIVERED", daysAgo: 2 })
      const running = yield* Effect.forkChild(round)
      let looks = 0
      while (running.pollUnsafe() === undefined) {
        yield* assertBooks
        looks++
      }
      assert.deepStrictEqual(yield* Fiber.join(running), { leads: 2600, partitions: 0 })
      assert.isAbove(looks, 2)
      assert.strictEqual((yield* idsLeft).lead.length, 2700)
    }).pipe(inDatabase),
  )

  it.live("is cut short without harm", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 5000, state: "DELIVERED", daysAgo: 40 })
      const running = yield* Effect.forkChild(round)
      while ((yield* sealed).length === 0);
      yield* Fiber.interrupt(running)
      yield* assertBooks
      const { lead } = yield* idsLeft
      assert.isAbove(lead.length, 0)
      assert.strictEqual((yield* round).leads, lead.length)
      yield* assertBooks
    }).pipe(inDatabase),
  )

  it.live("lets one process at a time do it", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 10, state: "DELIVERED", daysAgo: 40 })
      const end = yield* holdOpen((sql) => sql`SELECT pg_advisory_xact_lock(hashtext('lead retention'))`)
      assert.deepStrictEqual(yield* round, { leads: 0, partitions: 0 })
      yield* end
      const rounds = yield* Effect.all([round, round, round], { concurrency: 3 })
      assert.strictEqual(
        rounds.reduce((sum, { leads }) => sum + leads, 0),
        10,
      )
      assert.deepStrictEqual(yield* sealed, ["1 0 DELIVERED 10"])
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("stays alone at it for as long as it takes", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const other = Effect.map(alone(sql, "a name", Effect.void), Option.isSome)
      const result = yield* alone(sql, "a name", Effect.andThen(Effect.sleep("600 millis"), other))
      assert.deepStrictEqual(result, Option.some(false))
      assert.isTrue(yield* other)
    }).pipe(inDatabaseWith({ idle_in_transaction_session_timeout: "200ms" })),
  )

  it.live("leaves out what another transaction works on at this moment", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 3, state: "REJECTED", daysAgo: 40 })
      const end = yield* holdOpen((sql) => sql`DELETE FROM settled_lead WHERE lead_id = 2`)
      assert.strictEqual((yield* round).leads, 2)
      yield* end
      assert.deepStrictEqual((yield* idsLeft).lead, [2])
    }).pipe(Effect.scoped, inDatabase),
  )
})

describe("Retention.run, of whole partitions", () => {
  it.live(
    "drops those whose leads have all ended long ago, and empty ones, but not the newest nor those ahead",
    () =>
      Effect.gen(function* () {
        yield* store({ from: 1, count: 20, state: "DELIVERED", daysAgo: 60 })
        yield* store({ from: 21, count: 5, state: "REJECTED", daysAgo: 50, tenant: 2 })
        yield* advanceTo(2)
        yield* store({ from: 2_000_000, count: 5, state: "DELIVERED", daysAgo: 40 })
        const before = yield* partitions
        assert.lengthOf(before, 3 * partitionedTables.length)
        const { counted } = yield* books
        assert.deepStrictEqual(yield* round, { leads: 30, partitions: 2 })
        assert.deepStrictEqual(
          yield* partitions,
          [without("_p000000"), without("_p000001")].reduce((names, drop) => drop(names), before),
        )
        assert.deepStrictEqual(yield* sealed, ["1 0 DELIVERED 20", "1 2 DELIVERED 5", "2 0 REJECTED 5"])
        assert.deepStrictEqual((yield* idsLeft).settled_lead, [])
        assert.deepStrictEqual((yield* books).counted, counted)
        assert.deepStrictEqual(yield* round, { leads: 0, partitions: 0 })
      }).pipe(inDatabase),
  )

  it.live("leaves no lead behind that lists, histories or the ledger would miss", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 4, state: "DELIVERED", daysAgo: 60 })
      yield* advanceTo(1)
      yield* store({ from: 1_000_000, count: 2, state: "REJECTED", daysAgo: 60 })
      yield* store({ from: 1_000_002, state: "PARKED", daysAgo: 60 })
      const reader = yield* LeadReader
      const counts = yield* reader.counts
      assert.deepStrictEqual(yield* round, { leads: 6, partitions: 1 })
      assert.deepStrictEqual(yield* reader.counts, counts)
      for (const id of [1, 1_000_000]) {
        assert.deepStrictEqual(yield* reader.history(LeadId.make(id)), Option.none())
      }
      const listed = yield* reader.recent({ limit: 50, before: undefined, status: undefined })
      assert.deepStrictEqual(
        listed.map(({ id }) => Number(id)),
        [1_000_002],
      )
      const { counters, rows } = yield* LeadLedger.use(({ both }) => both)
      assert.deepStrictEqual(ledgerDifferences(counters, rows), [])
      assert.deepInclude(rows, { received: 7, delivered: 4, rejected: 2, parked: 1, stranded: 0 })
    }).pipe(Effect.provide([LeadReader.layer, LeadLedger.layer]), inDatabase),
  )

  it.live("removes leads of a partition one by one where one of them stays", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 20, state: "DELIVERED", daysAgo: 60 })
      yield* store({ from: 21, state: "PARKED", daysAgo: 60 })
      yield* store({ from: 22, count: 5, state: "DELIVERED", daysAgo: 60 })
      yield* advanceTo(2)
      assert.deepStrictEqual(yield* round, { leads: 25, partitions: 1 })
      assert.deepStrictEqual((yield* idsLeft).lead, [21])
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE settled_lead SET state = 'DELIVERED', reason = NULL`
      assert.deepStrictEqual(yield* round, { leads: 1, partitions: 1 })
      assert.deepStrictEqual(yield* sealed, ["1 0 DELIVERED 26"])
    }).pipe(inDatabase),
  )

  it.live(
    "keeps a partition with a lead that nobody knows the state of: that would be a mistake to look into",
    () =>
      Effect.gen(function* () {
        yield* store({ from: 1, count: 20, state: "DELIVERED", daysAgo: 60 })
        const sql = yield* PgClient.PgClient
        yield* sql`DELETE FROM settled_lead WHERE lead_id = 7`
        yield* advanceTo(1)
        assert.deepStrictEqual(yield* round, { leads: 19, partitions: 0 })
        assert.deepStrictEqual((yield* idsLeft).lead, [7])
      }).pipe(inDatabase),
  )

  it.live("lets a partition that may be dropped within a day wait for that", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 20, state: "DELIVERED", daysAgo: 60 })
      yield* store({ from: 21, state: "DELIVERED", daysAgo: 30 })
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE settled_lead SET settled_at = now() - interval '29 days 10 hours' WHERE lead_id = 21`
      yield* advanceTo(1)
      assert.deepStrictEqual(yield* round, { leads: 0, partitions: 0 })
      yield* sql`UPDATE settled_lead SET settled_at = now() - interval '28 days 10 hours' WHERE lead_id = 21`
      assert.deepStrictEqual(yield* round, { leads: 20, partitions: 0 })
    }).pipe(inDatabase),
  )

  it.live("drops while leads come in and others read, and balances the books at any moment", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 3000, state: "DELIVERED", daysAgo: 60 })
      yield* advanceTo(1)
      let next = 1_000_000
      const intake = yield* Effect.forkChild(
        Effect.forever(Effect.suspend(() => store({ from: next++, state: "DELIVERED", daysAgo: 0 }))),
      )
      const looking = yield* Effect.forkChild(Effect.forever(assertBooks))
      assert.deepStrictEqual(yield* round, { leads: 3000, partitions: 1 })
      yield* Effect.sleep("50 millis")
      assert.isUndefined(looking.pollUnsafe())
      assert.isUndefined(intake.pollUnsafe())
      yield* Effect.all([Fiber.interrupt(looking), Fiber.interrupt(intake)])
      assert.isAbove(next, 1_000_000)
    }).pipe(inDatabase),
  )

  it.live(
    "leaves a partition as it is while others hold the table, and intake waits for nobody",
    () =>
      Effect.gen(function* () {
        yield* store({ from: 1, count: 3, state: "DELIVERED", daysAgo: 60 })
        yield* advanceTo(1)
        const end = yield* holdOpen((sql) => sql`SELECT FROM lead LIMIT 1`)
        const running = yield* Effect.forkChild(round)
        let slowest = 0
        let next = 1_000_000
        while (running.pollUnsafe() === undefined) {
          const began = performance.now()
          yield* store({ from: next++, state: "DELIVERED", daysAgo: 0 })
          slowest = Math.max(slowest, performance.now() - began)
        }
        assert.isBelow(slowest, 1500)
        assert.deepStrictEqual(yield* Fiber.join(running), { leads: 0, partitions: 0 })
        assert.deepStrictEqual(yield* sealed, [])
        yield* end
        assert.deepStrictEqual(yield* round, { leads: 3, partitions: 1 })
      }).pipe(Effect.scoped, inDatabase),
    60_000,
  )

  it.live("leaves a partition as it is when a lead of it has come to life, or one is not as expected", () =>
    Effect.gen(function* () {
      yield* store({ from: 1, count: 3, state: "DELIVERED", daysAgo: 60 })
      const sql = yield* PgClient.PgClient
      const drop = (expected?: number) => dropPartition(sql)(0, "2999-01-01T00:00:00Z", expected)
      const kept = { _tag: "Kept", because: "changed" } as const
      assert.deepStrictEqual(yield* drop(2), kept)
      yield* sql`DELETE FROM settled_lead WHERE lead_id = 2`
      assert.deepStrictEqual(yield* drop(), kept)
      yield* sql`INSERT INTO work (lead_id, tenant_id) VALUES (2, 1)`
      assert.deepStrictEqual(yield* drop(2), kept)
      yield* sql`DELETE FROM lead WHERE id = 2`
      assert.deepStrictEqual(yield* drop(), kept)
      assert.deepStrictEqual((yield* idsLeft).settled_lead, [1, 3])
      assert.deepStrictEqual(yield* sealed, [])
      yield* sql`DELETE FROM work`
      assert.deepStrictEqual(yield* drop(2), { _tag: "Dropped", leads: 2 })
    }).pipe(inDatabase),
  )
})
