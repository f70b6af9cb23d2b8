import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { foldCounts, mostDue, readStoreState } from "../src/index.ts"
import {
  claim,
  claimNew,
  failed,
  inWorld,
  inWorldWith,
  newLead,
  receive,
  receiveLead,
  rejected,
  secondCustomer,
  send,
  step,
  succeeded,
} from "./support/world.ts"

const shift = (seconds: number) =>
  PgClient.PgClient.use(
    (sql) => sql`
      UPDATE work SET scheduled_at = scheduled_at - make_interval(secs => ${seconds}::float8),
        due_at = due_at - make_interval(secs => ${seconds}::float8)`,
  )

describe("the state of the store", () => {
  it.effect("of an empty one is empty", () =>
    Effect.gen(function* () {
      const { connections, workers, ...state } = yield* readStoreState
      assert.deepStrictEqual(state, {
        leadsDue: 0,
        oldestDueSeconds: undefined,
        unaccounted: 0,
        customers: [{ name: "default", isCircuitOpen: false }],
      })
      assert.deepStrictEqual(workers, { connections: 0, lastSeenSeconds: undefined })
      // The connection that asks counts as idle.
      assert.isAtLeast(connections.idle, 1)
      assert.strictEqual(connections.idle_in_transaction, 0)
    }).pipe(inWorld),
  )

  it.effect("has the leads that a worker may take now, and for how long the oldest has waited", () =>
    Effect.gen(function* () {
      yield* receive(2)
      yield* shift(90)
      // The queue holds this one: it is due, although it is on the schedule for later.
      yield* receiveLead({ ...newLead(), queuePatienceMs: 10_000 })
      yield* send(succeeded)
      const before = yield* readStoreState
      assert.strictEqual(before.leadsDue, 3)
      assert.closeTo(before.oldestDueSeconds ?? 0, 90, 5)
      // Leased leads are not due, and neither is a retry before its time.
      assert.lengthOf(yield* claim(2), 2)
      yield* send(failed)
      const after = yield* readStoreState
      assert.strictEqual(after.leadsDue, 1)
      assert.isBelow(after.oldestDueSeconds ?? 99, 30)
    }).pipe(inWorld),
  )

  it.effect("accounts for every lead, and says how many it cannot", () =>
    Effect.gen(function* () {
      yield* send(succeeded)
      yield* step(yield* claimNew, rejected)
      yield* receive(3)
      assert.strictEqual((yield* readStoreState).unaccounted, 0)
      yield* foldCounts
      assert.strictEqual((yield* readStoreState).unaccounted, 0)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE lead_count SET leads = leads - 1 WHERE account = 'RECEIVED' AND segment = 0`
      assert.strictEqual((yield* readStoreState).unaccounted, 1)
    }).pipe(inWorld),
  )

  it.effect("has the circuit of each customer", () =>
    Effect.gen(function* () {
      yield* secondCustomer()
      yield* send(failed)
      assert.deepStrictEqual((yield* readStoreState).customers, [
        { name: "default", isCircuitOpen: true },
        { name: "second", isCircuitOpen: false },
      ])
    }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("counts a bounded number of due leads, in well under a second", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO work (lead_id, tenant_id, scheduled_at, due_at)
        SELECT id, 1, now() - interval '1 hour', now() - interval '1 hour'
        FROM generate_series(1000, ${1000 + mostDue + 100_000}) AS id`
      const began = performance.now()
      const { leadsDue, oldestDueSeconds } = yield* readStoreState
      assert.strictEqual(leadsDue, mostDue)
      assert.closeTo(oldestDueSeconds ?? 0, 3600, 60)
      assert.isBelow(performance.now() - began, 2000)
    }).pipe(inWorld),
  )
})
