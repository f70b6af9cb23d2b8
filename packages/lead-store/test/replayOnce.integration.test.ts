import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Deferred, Effect, Fiber, Schema } from "effect"
import { imbalance, LeadLedger, LeadReplay, ReplayRequest } from "../src/index.ts"
import { badEnds } from "./support/replay.ts"
import {
  anna,
  claim,
  claimNew,
  claimOne,
  complete,
  failed,
  history,
  inWorld,
  open,
  parked,
  receive,
  rejected,
  replay,
  rowOf,
  step,
  succeeded,
  unknownAndLast,
} from "./support/world.ts"

const all = Schema.decodeSync(ReplayRequest)({ request: "all", criteria: { statuses: ["REJECTED"] } })

/** Stores so many rejected leads, over two partitions. */
const rejectedLeads = Effect.fnUntraced(function* (count: number) {
  const sql = yield* PgClient.PgClient
  yield* sql`SELECT setval('lead_id_seq', ${1_000_000 - count / 2}::bigint)`
  yield* receive(count)
  yield* Effect.forEach(yield* claim(count), (lead) => step(lead, rejected), { concurrency: "unbounded" })
})

const timesReplayed = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ leads: number; events: number }>`
      SELECT count(DISTINCT lead_id)::integer AS leads, count(*)::integer AS events
      FROM lead_event WHERE type = 'replayed'`,
    (rows) => rows[0],
  ),
)

describe("a lead that the customer turned out to have", () => {
  it.effect("is not replayed, though it ended badly before the success was known", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds["ended with an outcome unknown"]
      const other = yield* badEnds["ended with an outcome unknown"]
      assert.isFalse(yield* complete(lead, 1, succeeded), "a terminal status stays")
      const before = yield* history(lead.leadId)
      assert.deepInclude(before.deliveryAttempts[0], { success: true })
      assert.strictEqual(yield* replay("both", { ids: [lead.leadId, other.leadId] }), 1)
      assert.deepStrictEqual(yield* history(lead.leadId), before)
      assert.strictEqual((yield* history(other.leadId)).status, "RECEIVED")
    }).pipe(inWorld),
  )
})

describe("a replay that is asked for more than once", () => {
  it.effect("is carried out once, and says the same again", () =>
    Effect.gen(function* () {
      yield* rejectedLeads(4)
      assert.strictEqual(
        yield* replay("all", { statuses: ["REJECTED", "FAILED"], ids: [999_999, 1_000_000] }),
        2,
      )
      yield* Effect.forEach(yield* claim(4), (lead) => step(lead, rejected))
      assert.strictEqual(
        yield* replay("all", { ids: [1_000_000, 999_999, 999_999], statuses: ["FAILED", "REJECTED"] }),
        2,
      )
      assert.deepStrictEqual(yield* timesReplayed, { leads: 2, events: 2 })
    }).pipe(inWorld),
  )

  it.effect("is refused when its name was used for others, and does nothing", () =>
    Effect.gen(function* () {
      yield* rejectedLeads(2)
      yield* replay("mine", { ids: [5] })
      const error = yield* Effect.flip(replay("mine", { statuses: ["REJECTED"] }))
      assert.strictEqual(error._tag, "ReplayRequestConflict")
      assert.strictEqual(error.message, "replay request mine was made before, with other criteria")
      assert.deepStrictEqual(yield* timesReplayed, { leads: 0, events: 0 })
    }).pipe(inWorld),
  )

  it.effect(
    "offers its leads as they are committed, and continues where it was interrupted, with no lead received since",
    () =>
      Effect.gen(function* () {
        yield* rejectedLeads(1200)
        const { replay } = yield* LeadReplay
        const first: Array<LeadId> = []
        const begun = yield* Deferred.make<void>()
        const killed = yield* Effect.forkChild(
          replay(
            all,
            (ids) => {
              first.push(...ids)
              return Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)
            },
            anna,
          ),
        )
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(killed)
        assert.deepStrictEqual(yield* timesReplayed, { leads: 500, events: 500 })

        const late = yield* claimNew
        yield* step(late, rejected)
        const rest: Array<LeadId> = []
        const done = yield* replay(all, (ids) => Effect.sync(() => rest.push(...ids)), anna)
        assert.deepStrictEqual(done, { matched: 1200, replayed: 1200, now: rest, isComplete: true })
        assert.deepStrictEqual(
          [first.length, rest.length, new Set([...first, ...rest]).size],
          [500, 700, 1200],
        )
        assert.deepStrictEqual(yield* replay(all, () => Effect.die("there is none left"), anna), {
          matched: 1200,
          replayed: 1200,
          now: [],
          isComplete: true,
        })
      }).pipe(inWorld),
  )

  it.effect("replays each lead once when four callers make it at the same time", () =>
    Effect.gen(function* () {
      yield* rejectedLeads(1200)
      const offered: Array<LeadId> = []
      const results = yield* Effect.all(
        Array.from({ length: 4 }, () =>
          LeadReplay.use(({ replay }) => replay(all, (ids) => Effect.sync(() => offered.push(...ids)), anna)),
        ),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(
        results.map(({ replayed }) => replayed),
        [1200, 1200, 1200, 1200],
      )
      assert.strictEqual(results.flatMap(({ now }) => now).length, 1200)
      assert.deepStrictEqual([offered.length, new Set(offered).size], [1200, 1200])
      assert.deepStrictEqual(yield* timesReplayed, { leads: 1200, events: 1200 })
      const { fromCounters, fromRows } = yield* LeadLedger
      assert.deepInclude(yield* fromRows, { inFlight: 1200, rejected: 0, stranded: 0 })
      assert.strictEqual(imbalance(yield* fromCounters), 0)
    }).pipe(inWorld),
  )
})

describe("a late outcome of an attempt before a replay", () => {
  for (const [where, goOn] of [
    ["RECEIVED", Effect.void],
    ["leased", claimOne],
    ["parked", Effect.flatMap(claimOne, (lead) => step(lead, parked))],
    ["READY, its next attempt opened", Effect.flatMap(claimOne, open)],
  ] as const) {
    it.effect(`completes its own row only when it is a failure: ${where}`, () =>
      Effect.gen(function* () {
        const lead = yield* badEnds["ended with an outcome unknown"]
        yield* replay("again", { ids: [lead.leadId] })
        yield* goOn
        const before = yield* rowOf(lead.leadId)
        assert.isFalse(yield* complete(lead, 1, unknownAndLast))
        assert.isFalse(yield* complete(lead, 1, failed))
        assert.deepStrictEqual(yield* rowOf(lead.leadId), before)
        assert.deepInclude((yield* history(lead.leadId)).deliveryAttempts[0], {
          success: false,
          statusCode: 500,
        })
      }).pipe(inWorld),
    )

    it.effect(`delivers the lead when it is a success: ${where}`, () =>
      Effect.gen(function* () {
        const lead = yield* badEnds["ended with an outcome unknown"]
        yield* replay("again", { ids: [lead.leadId] })
        yield* goOn
        assert.isTrue(yield* complete(lead, 1, succeeded))
        assert.deepInclude(yield* rowOf(lead.leadId), { state: "DELIVERED", reason: null })
        const { events, nextAttemptAt, status } = yield* history(lead.leadId)
        assert.deepStrictEqual([status, nextAttemptAt], ["DELIVERED", null])
        assert.deepStrictEqual(
          events.slice(-2).map(({ type }) => type),
          ["attempt_succeeded", "delivered"],
        )
        assert.strictEqual(yield* replay("once-more", { ids: [lead.leadId] }), 0)
        const { fromCounters, fromRows } = yield* LeadLedger
        assert.deepStrictEqual(yield* fromRows, { ...(yield* fromCounters), stranded: 0 })
        assert.deepInclude(yield* fromRows, { received: 1, delivered: 1 })
      }).pipe(inWorld),
    )
  }
})
