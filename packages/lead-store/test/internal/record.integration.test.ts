import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { sending } from "../support/replay.ts"
import {
  claim,
  failed,
  history,
  inWorld,
  open,
  receive,
  record,
  refused,
  rowOf,
  succeeded,
  unknown,
} from "../support/world.ts"

describe("LeadWork.record", () => {
  it.effect("delivers a lead: attempt, status, events and schedule together", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, succeeded))
      assert.deepStrictEqual(yield* rowOf(lead.id), {
        status: "DELIVERED",
        rejection_reason: null,
        attempt_count: 1,
        lease_token: null,
        next_attempt_at: null,
        due_at: null,
      })
      const { deliveryAttempts, events } = yield* history(lead.id)
      assert.deepInclude(deliveryAttempts[0], { success: true, statusCode: 200, errorMessage: null })
      assert.deepStrictEqual(
        events.slice(-2).map(({ details, type }) => ({ type, details })),
        [
          { type: "attempt_succeeded", details: { attempt_no: 1, status_code: 200 } },
          { type: "delivered", details: {} },
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("schedules a retry and gives the lease up", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, failed))
      const row = yield* rowOf(lead.id)
      assert.deepInclude(row, { status: "FAILED", rejection_reason: null, lease_token: null })
      const { deliveryAttempts, events, nextAttemptAt } = yield* history(lead.id)
      assert.deepStrictEqual(nextAttemptAt, row?.next_attempt_at)
      assert.deepInclude(deliveryAttempts[0], {
        success: false,
        statusCode: 500,
        errorMessage: "the customer answered 500",
        fault: "customer",
      })
      assert.deepStrictEqual(
        events.slice(-2).map((event) => event.type),
        ["attempt_failed", "retry_scheduled"],
      )
    }).pipe(inWorld),
  )

  it.effect("gives a lead up, saying why", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, refused))
      assert.deepStrictEqual(yield* rowOf(lead.id), {
        status: "PERMANENTLY_FAILED",
        rejection_reason: "CUSTOMER_REFUSED",
        attempt_count: 1,
        lease_token: null,
        next_attempt_at: null,
        due_at: null,
      })
      const { events } = yield* history(lead.id)
      assert.deepInclude(events.at(-1), {
        type: "permanently_failed",
        details: { reason: "CUSTOMER_REFUSED" },
      })
    }).pipe(inWorld),
  )

  it.effect("records 300 outcomes at once, each with its own lead", () =>
    Effect.gen(function* () {
      yield* receive(300)
      const leads = yield* claim(300)
      yield* Effect.forEach(leads, open, { concurrency: "unbounded" })
      const outcomes = [succeeded, failed, refused, unknown] as const
      const outcomeOf = (id: number) => outcomes[id % 4] ?? failed
      const moved = yield* Effect.forEach(leads, (lead) => record(lead, 1, outcomeOf(lead.id)), {
        concurrency: "unbounded",
      })
      assert.isTrue(moved.every(Boolean))
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ id: bigint; status: string; response_status: number | null }>`
        SELECT lead.id, status, response_status FROM inbound_lead lead JOIN delivery_attempt ON lead_id = lead.id`
      assert.strictEqual(rows.length, 300)
      for (const { id, response_status, status } of rows) {
        const outcome = outcomeOf(Number(id))
        assert.deepStrictEqual([status, response_status], [outcome.next.status, outcome.responseStatus])
      }
    }).pipe(inWorld),
  )

  it.effect("keeps what a customer answered, whatever characters it has", () =>
    Effect.gen(function* () {
      const answer = "\u0001\t\r\n'\"\\ \\u0000 \uFFFD \uFFFF 🏡 \u202E é $1 %s {}"
      const lead = yield* sending
      yield* record(lead, 1, { ...failed, responseBody: answer })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT response_body FROM delivery_attempt`, [
        { response_body: answer },
      ])
    }).pipe(inWorld),
  )

  it.effect("schedules the next attempt as long after the record as was asked for", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, { ...failed, next: { status: "FAILED", retryAfter: Duration.millis(30_500) } })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT extract(epoch FROM next_attempt_at - ended_at)::float8 AS seconds, due_at = next_attempt_at AS found
          FROM open_lead JOIN delivery_attempt ON lead_id = open_lead.id`,
        [{ seconds: 30.5, found: true }],
      )
    }).pipe(inWorld),
  )
})
