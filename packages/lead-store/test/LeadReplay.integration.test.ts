import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { type ReplayCriteria } from "../src/index.ts"
import { badEnds, exhausted } from "./support/replay.ts"
import {
  claim,
  claimOne,
  history,
  inWorld,
  open,
  proceed,
  record,
  rejected,
  replay,
  rowOf,
  succeeded,
} from "./support/world.ts"

const keysOf = (id: number) =>
  PgClient.PgClient.use(
    (sql) => sql<{ attempt_no: number; idempotency_key: string }>`
      SELECT attempt_no, idempotency_key::text FROM delivery_attempt WHERE lead_id = ${id} ORDER BY attempt_no`,
  )

describe("LeadReplay.replay", () => {
  for (const [what, end] of Object.entries(badEnds)) {
    it.effect(`sends a lead back to the start that is ${what}, and tells why it was there`, () =>
      Effect.gen(function* () {
        const lead = yield* end
        const before = yield* rowOf(lead.id)
        assert(before !== undefined)
        assert.strictEqual(yield* replay("again", { ids: [lead.id] }), 1)
        assert.deepInclude(yield* rowOf(lead.id), {
          status: "RECEIVED",
          rejection_reason: null,
          attempt_count: before.attempt_count,
          lease_token: null,
        })
        const { events } = yield* history(lead.id)
        assert.deepInclude(events.at(-1), {
          type: "replayed",
          details: { from: before.status, reason: before.rejection_reason, request: "again" },
        })
        const again = yield* claimOne
        assert.deepInclude(again, {
          status: "RECEIVED",
          attemptCount: before.attempt_count,
          uncountedAttempts: before.attempt_count,
          attemptIsOpen: false,
        })
        assert.isNotNull(again.payload)
        assert.notStrictEqual(again.idempotencyKey, lead.idempotencyKey)
      }).pipe(inWorld),
    )
  }

  it.effect("lets attempt numbers go on, each attempt under the key of its round", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds["refused by the customer"]
      yield* replay("again", { ids: [lead.id] })
      const again = yield* claimOne
      assert.strictEqual((yield* open(again)).attemptNo, 2)
      assert.deepStrictEqual(yield* keysOf(lead.id), [
        { attempt_no: 1, idempotency_key: lead.idempotencyKey },
        { attempt_no: 2, idempotency_key: again.idempotencyKey },
      ])
      yield* record(again, 2, succeeded)
      assert.strictEqual((yield* rowOf(lead.id))?.status, "DELIVERED")
    }).pipe(inWorld),
  )

  it.effect("starts the retry budget again, at every replay", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds["out of attempts"]
      for (const attempts of [1, 2, 3]) {
        yield* replay(`round-${attempts}`, { ids: [lead.id] })
        const again = yield* claimOne
        assert.deepInclude(again, { attemptCount: attempts, uncountedAttempts: attempts })
        yield* open(again)
        yield* record(again, attempts + 1, exhausted)
      }
    }).pipe(inWorld),
  )

  it.effect("takes the leads that meet every criterion", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const leads = yield* Effect.all(badEnds)
      const byHand = Object.values(leads)
      for (const [days, lead] of byHand.entries()) {
        yield* sql`
          UPDATE inbound_lead SET received_at = '2026-03-01T12:00Z'::timestamptz + make_interval(days => ${days}::integer)
          WHERE id = ${lead.id}`
      }
      const replayed = (name: string, criteria: typeof ReplayCriteria.Encoded) =>
        Effect.gen(function* () {
          yield* replay(name, criteria)
          const rows = yield* sql<{ id: bigint }>`
            SELECT lead_id AS id FROM lead_event WHERE details ->> 'request' = ${name} ORDER BY lead_id`
          return rows.map(({ id }) => Number(id))
        })
      const [one, two, three, four, five] = byHand.map(({ id }) => Number(id))
      assert.deepStrictEqual(
        yield* replayed("1", {
          receivedFrom: "2026-03-02T12:00:00Z",
          receivedBefore: "2026-03-04T12:00:00Z",
        }),
        [two, three],
      )
      assert.deepStrictEqual(yield* replayed("2", { reasons: ["RETRIES_EXHAUSTED", "NOT_HOMEOWNER"] }), [
        four,
      ])
      assert.deepStrictEqual(
        yield* replayed("3", { statuses: ["REJECTED"], reasons: ["RETRIES_EXHAUSTED"] }),
        [],
      )
      assert.deepStrictEqual(
        yield* replayed("4", {
          statuses: ["PERMANENTLY_FAILED"],
          ids: [leads.rejected.id, ...byHand.map(({ id }) => id)],
        }),
        [five],
      )
      assert.deepStrictEqual(yield* replayed("5", { statuses: ["REJECTED", "FAILED"] }), [one])
    }).pipe(inWorld),
  )

  it.effect("may end badly again, and be replayed again", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds.parked
      yield* replay("one", { ids: [lead.id] })
      const [again] = yield* claim(1)
      assert(again !== undefined)
      yield* proceed(again, rejected)
      assert.strictEqual(yield* replay("two", { statuses: ["FAILED"] }), 0)
      assert.strictEqual(yield* replay("three", { reasons: ["ZIP_NOT_66XXX"] }), 1)
    }).pipe(inWorld),
  )
})
