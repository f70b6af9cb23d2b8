import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import { imbalance, LeadLedger, ledgerDifferences } from "../src/index.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  claim,
  claimNew,
  complete,
  exhausted,
  failed,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  openNew,
  parked,
  receive,
  rejected,
  send,
  step,
  succeeded,
  timeComes,
  unknown,
} from "./support/world.ts"

const both = LeadLedger.use(({ both }) => both)

/** Both ledgers balance, agree, and nothing is stranded. */
const assertBalanced = Effect.gen(function* () {
  const { counters, rows } = yield* both
  assert.strictEqual(imbalance(counters), 0)
  assert.strictEqual(imbalance(rows), 0)
  assert.deepStrictEqual(ledgerDifferences(counters, rows), [])
  assert.strictEqual(rows.stranded, 0)
  const { fromCounters, fromRows } = yield* LeadLedger
  assert.deepStrictEqual([yield* fromCounters, yield* fromRows], [counters, rows])
})

/** A lead in each account, and a second one in flight. */
const someLeads = Effect.gen(function* () {
  const delivered = yield* send(succeeded)
  const rejectedLead = yield* Effect.tap(claimNew, (lead) => step(lead, rejected))
  const parkedLead = yield* Effect.tap(claimNew, (lead) => step(lead, parked))
  const retrying = yield* send(failed)
  yield* send(exhausted)
  yield* openNew
  yield* receive(1)
  return {
    delivered: delivered.leadId,
    rejected: rejectedLead.leadId,
    parked: parkedLead.leadId,
    retrying: retrying.leadId,
  }
})

const balanced = {
  received: 7,
  rejected: 1,
  delivered: 1,
  retrying: 1,
  parked: 1,
  permanentlyFailed: 1,
  inFlight: 2,
}

describe("LeadLedger", () => {
  it.effect("balances in an empty database", () => assertBalanced.pipe(inWorld))

  it.effect("says where all leads are, over all partitions", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 999997)`
      yield* someLeads
      const { counters, rows } = yield* both
      assert.deepStrictEqual(counters, balanced)
      assert.deepStrictEqual(rows, { ...balanced, stranded: 0 })
      yield* assertBalanced
    }).pipe(inWorld),
  )

  it.effect("counts a lead once that has ended while an attempt of it is open", () =>
    Effect.gen(function* () {
      const first = yield* send(unknown)
      yield* timeComes(first.leadId)
      const [second] = yield* claim(1)
      assert(second !== undefined)
      yield* open(second)
      yield* complete(first, 1, succeeded)
      assert.deepInclude((yield* both).rows, { received: 1, delivered: 1, inFlight: 0, stranded: 0 })
      yield* assertBalanced
    }).pipe(inWorld),
  )

  it.effect("counts what retention has removed", () =>
    Effect.gen(function* () {
      yield* someLeads
      const sql = yield* PgClient.PgClient
      for (const state of ["DELIVERED", "REJECTED"]) {
        yield* sql`
          WITH gone AS (DELETE FROM settled_lead WHERE state = ${state}::lead_state RETURNING lead_id)
          DELETE FROM lead WHERE id IN (SELECT lead_id FROM gone)`
        yield* sql`INSERT INTO sealed_count (tenant_id, partition_no, account, leads) VALUES (1, 0, ${state}, 1)`
      }
      assert.deepStrictEqual((yield* both).rows, { ...balanced, stranded: 0 })
      yield* assertBalanced
    }).pipe(inWorld),
  )

  it.effect("draws both ledgers of one moment, whatever is committed in between", () =>
    Effect.gen(function* () {
      yield* someLeads
      // The rows cannot be read until this ends; the counters were read before.
      const commit = yield* holdOpen((sql) => sql`LOCK TABLE settled_lead IN ACCESS EXCLUSIVE MODE`)
      const drawing = yield* Effect.forkChild(both)
      yield* lockWaiters(1)
      yield* receive(3)
      yield* commit
      const { counters, rows } = yield* Fiber.join(drawing)
      assert.deepStrictEqual(counters, balanced)
      assert.deepStrictEqual(rows, { ...balanced, stranded: 0 })
    }).pipe(inWorld),
  )

  for (const seed of [1, 2, 3]) {
    it.effect(`balances after each of 300 random steps, replays and late outcomes included (${seed})`, () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const step = makeWalk("walk", next, [])
        for (let done = 0; done < 300; done += 4) {
          if (next() < 0.3) yield* receive(2)
          yield* Effect.all([step, step, step, step], { concurrency: 4 })
          if (next() < 0.2)
            yield* sql`UPDATE work SET scheduled_at = now(), due_at = now() WHERE due_at > now()`
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
      yield* sql`DELETE FROM lead WHERE id = ${delivered}`
      yield* sql`DELETE FROM settled_lead WHERE lead_id = ${delivered}`
      const { counters, rows } = yield* both
      assert.strictEqual(imbalance(counters), 0)
      assert.deepStrictEqual(ledgerDifferences(counters, rows), [
        { account: "received", left: 7, right: 6 },
        { account: "delivered", left: 1, right: 0 },
      ])
    }).pipe(inWorld),
  )

  it.effect("notices a state that was changed by hand, and a count", () =>
    Effect.gen(function* () {
      const leads = yield* someLeads
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE settled_lead SET state = 'DELIVERED', reason = NULL WHERE lead_id = ${leads.parked}`
      yield* sql`
        UPDATE lead_count SET leads = leads + 5
        WHERE account = 'TOTAL' AND segment = (SELECT min(segment) FROM lead_count WHERE account = 'TOTAL')`
      const { counters, rows } = yield* both
      assert.strictEqual(imbalance(counters), 5)
      assert.deepStrictEqual(ledgerDifferences(counters, rows), [
        { account: "received", left: 12, right: 7 },
        { account: "delivered", left: 1, right: 2 },
        { account: "parked", left: 1, right: 0 },
      ])
    }).pipe(inWorld),
  )

  it.effect("counts as stranded what nobody would look at again, and rows whose lead is missing", () =>
    Effect.gen(function* () {
      const { delivered, rejected, retrying } = yield* someLeads
      const sql = yield* PgClient.PgClient
      const stranded = Effect.map(both, ({ rows }) => rows.stranded)
      yield* sql`DELETE FROM work WHERE lead_id = ${retrying}`
      assert.strictEqual(yield* stranded, 1)
      yield* sql`DELETE FROM settled_lead WHERE lead_id = ${rejected}`
      assert.strictEqual(yield* stranded, 2)
      yield* sql`DELETE FROM lead WHERE id = ${delivered}`
      assert.strictEqual(yield* stranded, 3)
      yield* sql`INSERT INTO work (lead_id, tenant_id) VALUES (999, 1)`
      assert.strictEqual(yield* stranded, 4)
    }).pipe(inWorld),
  )

  it.effect("notices a lead that is settled and open at once, or that only seems to have ended", () =>
    Effect.gen(function* () {
      const { delivered } = yield* someLeads
      const sql = yield* PgClient.PgClient
      yield* sql`INSERT INTO work (lead_id, tenant_id) VALUES (${delivered}, 1)`
      assert.strictEqual(imbalance((yield* both).rows), -1)
      yield* sql`UPDATE work SET state = 'DELIVERED' WHERE attempt_is_open`
      assert.strictEqual(imbalance((yield* both).rows), 0)
      yield* sql`DELETE FROM work WHERE lead_id = ${delivered}`
      assert.strictEqual(imbalance((yield* both).rows), 1)
    }).pipe(inWorld),
  )
})
