import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { imbalance, LeadLedger, ledgerDifferences } from "../src/index.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  claim,
  inWorld,
  open,
  parked,
  proceed,
  receive,
  record,
  rejected,
  succeeded,
} from "./support/world.ts"

const both = LeadLedger.use(({ fromCounters, fromRows }) => Effect.all([fromCounters, fromRows]))

/** Both ledgers balance, agree, and nothing is stranded. */
const assertBalanced = Effect.gen(function* () {
  const [counters, rows] = yield* both
  assert.strictEqual(imbalance(counters), 0)
  assert.strictEqual(imbalance(rows), 0)
  assert.deepStrictEqual(ledgerDifferences(counters, rows), [])
  assert.strictEqual(rows.stranded, 0)
})

/** Four leads, one of them delivered, one rejected, one parked. */
const someLeads = Effect.gen(function* () {
  yield* receive(4)
  const [one, two, three] = yield* claim(3)
  assert(one !== undefined && two !== undefined && three !== undefined)
  yield* open(one)
  yield* record(one, 1, succeeded)
  yield* proceed(two, rejected)
  yield* proceed(three, parked)
  return { delivered: one.id, rejected: two.id, parked: three.id }
})

describe("LeadLedger", () => {
  it.effect("balances in an empty database", () => assertBalanced.pipe(inWorld))

  it.effect("says where all leads are", () =>
    Effect.gen(function* () {
      yield* someLeads
      const expected = {
        received: 4,
        rejected: 1,
        delivered: 1,
        failed: 1,
        permanentlyFailed: 0,
        inFlight: 1,
      }
      const [counters, rows] = yield* both
      assert.deepStrictEqual(counters, expected)
      assert.deepStrictEqual(rows, { ...expected, stranded: 0 })
    }).pipe(inWorld),
  )

  for (const seed of [1, 2, 3]) {
    it.effect(`balances after each of 300 random steps, replays and late outcomes included (${seed})`, () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const step = makeWalk("walk", next)
        for (let done = 0; done < 300; done += 4) {
          if (next() < 0.3) yield* receive(2)
          yield* Effect.all([step, step, step, step], { concurrency: 4 })
          if (next() < 0.2)
            yield* sql`UPDATE open_lead SET next_attempt_at = now(), due_at = now() WHERE due_at > now()`
          yield* assertBalanced
        }
        const replayed = yield* sql`SELECT FROM lead_event WHERE type = 'replayed' LIMIT 1`
        assert.strictEqual(replayed.length, 1)
      }).pipe(inWorld),
    )
  }

  it.effect("notices a lead that was deleted by hand", () =>
    Effect.gen(function* () {
      const { delivered } = yield* someLeads
      const sql = yield* PgClient.PgClient
      yield* sql`DELETE FROM inbound_lead WHERE id = ${delivered}`
      const [counters, rows] = yield* both
      assert.strictEqual(imbalance(rows), 1)
      assert.deepStrictEqual(ledgerDifferences(counters, rows), [{ account: "delivered", left: 1, right: 0 }])
    }).pipe(inWorld),
  )

  it.effect("notices a status that was changed by hand, and a count", () =>
    Effect.gen(function* () {
      const leads = yield* someLeads
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE inbound_lead SET status = 'DELIVERED' WHERE id = ${leads.parked}`
      yield* sql`UPDATE lead_received_count SET leads = leads + 5`
      const [counters, rows] = yield* both
      assert.strictEqual(imbalance(counters), 5)
      assert.deepStrictEqual(ledgerDifferences(counters, rows), [
        { account: "received", left: 9, right: 4 },
        { account: "delivered", left: 1, right: 2 },
        { account: "failed", left: 1, right: 0 },
      ])
    }).pipe(inWorld),
  )

  it.effect("counts as stranded what is out of the schedule before its end, or in it afterwards", () =>
    Effect.gen(function* () {
      const { delivered, parked } = yield* someLeads
      const sql = yield* PgClient.PgClient
      const stranded = Effect.map(both, ([, rows]) => rows.stranded)
      yield* sql`DELETE FROM open_lead`
      assert.strictEqual(yield* stranded, 1)
      yield* sql`INSERT INTO open_lead (id) VALUES (${delivered}), (${parked}), (999)`
      assert.strictEqual(yield* stranded, 4)
    }).pipe(inWorld),
  )
})
