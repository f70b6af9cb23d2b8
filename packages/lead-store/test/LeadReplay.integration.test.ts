import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { type ReplayCriteria } from "../src/index.ts"
import { badEnds } from "./support/replay.ts"
import {
  claim,
  claimOne,
  complete,
  exhausted,
  history,
  inWorld,
  open,
  ready,
  rejected,
  replay,
  rowOf,
  step,
  succeeded,
} from "./support/world.ts"

const keysOf = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql<{ attempt_no: number; idempotency_key: string }>`
      SELECT attempt_no, idempotency_key::text FROM delivery_attempt WHERE lead_id = ${id} ORDER BY attempt_no`,
  )

const otherKey = "11111111-2222-4333-8444-555555555555"
const readyAgain = { ...ready, delivery: ready.delivery && { ...ready.delivery, idempotencyKey: otherKey } }

describe("LeadReplay.replay", () => {
  for (const [what, end] of Object.entries(badEnds)) {
    it.effect(`sends a lead back to the start that is ${what}, and records why it was there`, () =>
      Effect.gen(function* () {
        const { leadId } = yield* end
        const before = yield* history(leadId)
        const attempts = before.deliveryAttempts.length
        const isDecided = before.normalizedPayload !== null || before.status === "REJECTED"
        assert.isTrue(isDecided)
        assert.strictEqual(yield* replay("again", { ids: [leadId] }), 1)
        assert.deepInclude(yield* rowOf(leadId), {
          state: "RECEIVED",
          reason: null,
          delivery_no: 1,
          lane: 0,
          lease: null,
          attempt_no: attempts,
          attempt_is_open: false,
          uncounted_attempts: attempts,
          internal_failures: 0,
        })
        const after = yield* history(leadId)
        assert.deepInclude(after, {
          receivedAt: before.receivedAt,
          status: "RECEIVED",
          rejectionReason: null,
          normalizedPayload: null,
          customerPayload: null,
          omittedAttributes: [],
          unread: [],
          nextAttemptAt: null,
          deliveryAttempts: before.deliveryAttempts,
        })
        // The history continues: nothing of it is lost.
        assert.deepStrictEqual(after.events.slice(0, -1), before.events)
        assert.deepInclude(after.events.at(-1), {
          type: "replayed",
          details: { request: "again", from: before.status, reason: before.rejectionReason },
        })
        const again = yield* claimOne
        assert.deepInclude(again, {
          _tag: "Undecided",
          leadId,
          deliveryNo: 1,
          attemptNo: attempts,
          uncountedAttempts: attempts,
        })
      }).pipe(inWorld),
    )
  }

  it.effect("keeps when the lead was received, to the microsecond", () =>
    Effect.gen(function* () {
      const { leadId } = yield* badEnds.rejected
      yield* replay("again", { ids: [leadId] })
      const sql = yield* PgClient.PgClient
      const same = yield* sql`
        SELECT FROM lead JOIN work ON work.lead_id = lead.id AND work.received_at = lead.received_at`
      assert.strictEqual(same.length, 1)
    }).pipe(inWorld),
  )

  it.effect("lets attempt numbers go on, each attempt under the key of its delivery", () =>
    Effect.gen(function* () {
      const { leadId } = yield* badEnds["refused by the customer"]
      yield* replay("again", { ids: [leadId] })
      const again = yield* claimOne
      assert.deepInclude(yield* step(again, readyAgain), { _tag: "Opened", attemptNo: 2 })
      assert.deepStrictEqual(yield* keysOf(leadId), [
        { attempt_no: 1, idempotency_key: ready.delivery?.idempotencyKey ?? "" },
        { attempt_no: 2, idempotency_key: otherKey },
      ])
      yield* complete(again, 2, succeeded)
      assert.strictEqual((yield* rowOf(leadId))?.state, "DELIVERED")
    }).pipe(inWorld),
  )

  it.effect("starts the retry budget again, at every replay, and keeps the whole history", () =>
    Effect.gen(function* () {
      const { leadId } = yield* badEnds["out of attempts"]
      for (const attempts of [1, 2]) {
        yield* replay(`round-${attempts}`, { ids: [leadId] })
        const again = yield* claimOne
        assert.deepInclude(again, {
          deliveryNo: attempts,
          attemptNo: attempts,
          uncountedAttempts: attempts,
        })
        yield* open(again)
        yield* complete(again, attempts + 1, exhausted)
      }
      const round = ["ready", "attempt_opened", "attempt_failed", "permanently_failed"]
      const { events } = yield* history(leadId)
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["received", ...round, "replayed", ...round, "replayed", ...round],
      )
      assert.isTrue(events.every(({ at }, index) => index === 0 || at >= (events[index - 1]?.at ?? at)))
      const ends = events.filter(({ type }) => type === "permanently_failed")
      assert.deepStrictEqual(
        ends.map(({ details }) => details),
        [1, 2, 3].map(() => ({ reason: "RETRIES_EXHAUSTED" })),
      )
    }).pipe(inWorld),
  )

  it.effect("takes the leads that meet every criterion", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const leads = yield* Effect.all(badEnds)
      const ids = Object.values(leads).map(({ leadId }) => leadId)
      for (const [days, id] of ids.entries()) {
        yield* sql`
          UPDATE settled_lead SET received_at = '2026-03-01T12:00Z'::timestamptz + make_interval(days => ${days}::integer)
          WHERE lead_id = ${id}`
      }
      const replayed = (name: string, criteria: typeof ReplayCriteria.Encoded) =>
        Effect.gen(function* () {
          yield* replay(name, criteria)
          const rows = yield* sql<{ id: bigint }>`
            SELECT lead_id AS id FROM lead_event WHERE details ->> 'request' = ${name} ORDER BY lead_id`
          return rows.map(({ id }) => Number(id))
        })
      const [one, two, three, four, five] = ids
      assert(one !== undefined && two !== undefined && three !== undefined)
      assert(four !== undefined && five !== undefined)
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
          ids: [leads.rejected.leadId, ...ids],
        }),
        [five],
      )
      assert.deepStrictEqual(yield* replayed("5", { statuses: ["REJECTED", "FAILED"] }), [one])
    }).pipe(inWorld),
  )

  it.effect("may end badly again, and be replayed again", () =>
    Effect.gen(function* () {
      const { leadId } = yield* badEnds.parked
      yield* replay("one", { ids: [leadId] })
      const [again] = yield* claim(1)
      assert(again !== undefined)
      yield* step(again, rejected)
      assert.strictEqual(yield* replay("two", { statuses: ["FAILED"] }), 0)
      assert.strictEqual(yield* replay("three", { reasons: ["ZIP_NOT_66XXX"] }), 1)
    }).pipe(inWorld),
  )
})
