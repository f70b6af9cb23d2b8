import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import {
  attemptsOf,
  bothCounts,
  claim,
  claimOne,
  complete,
  failed,
  inWorld,
  open,
  openNew,
  ownerIsLost,
  receive,
  refused,
  rowOf,
  succeeded,
  timeComes,
  unknown,
  unknownAndLast,
  workOf,
} from "../support/world.ts"

describe("LeadWork.completeAttempt", () => {
  it.effect("delivers a lead: attempt, state and work change together", () =>
    Effect.gen(function* () {
      const { lease: _, ...lead } = yield* openNew
      // A known outcome may be recorded without a lease.
      assert.isTrue(yield* complete({ ...lead, lease: "00000000-0000-0000-0000-000000000000" }, 1, succeeded))
      assert.deepInclude(yield* rowOf(lead.leadId), { state: "DELIVERED", reason: null, attempt_no: null })
      const [attempt] = yield* attemptsOf(lead.leadId)
      assert.deepStrictEqual(attempt, {
        attempt_no: 1,
        success: true,
        outcome_unknown: false,
        is_probe: false,
        response_status: 200,
        error_message: null,
        fault: null,
        retry_at: null,
      })
      assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 1, DELIVERED: 1 })
    }).pipe(inWorld),
  )

  it.effect("schedules a retry and gives the lease up", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      assert.isTrue(yield* complete(lead, 1, failed))
      const row = yield* rowOf(lead.leadId)
      assert.deepInclude(row, {
        state: "RETRYING",
        lease: null,
        attempt_no: 1,
        attempt_is_open: false,
        lane: 1,
      })
      const [attempt] = yield* attemptsOf(lead.leadId)
      assert.deepInclude(attempt, {
        success: false,
        response_status: 500,
        error_message: "the customer answered 500",
        fault: "customer",
      })
      assert.deepStrictEqual([attempt?.retry_at, row?.due_at], [row?.scheduled_at, row?.scheduled_at])
      assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 1, RETRYING: 1 })
    }).pipe(inWorld),
  )

  it.effect("gives a lead up, saying why", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      assert.isTrue(yield* complete(lead, 1, refused))
      assert.deepInclude(yield* rowOf(lead.leadId), {
        state: "PERMANENTLY_FAILED",
        reason: "CUSTOMER_REFUSED",
        attempt_no: null,
      })
      assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 1, PERMANENTLY_FAILED: 1 })
    }).pipe(inWorld),
  )

  it.effect("says that nobody saw an outcome, and schedules the next attempt, or gives the lead up", () =>
    Effect.gen(function* () {
      for (const [outcome, state] of [
        [unknown, "RETRYING"],
        [unknownAndLast, "PERMANENTLY_FAILED"],
      ] as const) {
        const { leadId } = yield* openNew
        yield* ownerIsLost(leadId)
        assert.isTrue(yield* complete(yield* claimOne, 1, outcome))
        assert.strictEqual((yield* rowOf(leadId))?.state, state)
        assert.deepInclude((yield* attemptsOf(leadId))[0], { success: false, outcome_unknown: true })
      }
    }).pipe(inWorld),
  )

  it.effect("records 300 outcomes at once, each with its own lead", () =>
    Effect.gen(function* () {
      yield* receive(300)
      const leads = yield* claim(300)
      yield* Effect.forEach(leads, open, { concurrency: "unbounded" })
      const outcomes = [succeeded, failed, refused, unknown] as const
      const outcomeOf = (id: number) => outcomes[id % 4] ?? failed
      const changed = yield* Effect.forEach(leads, (lead) => complete(lead, 1, outcomeOf(lead.leadId)), {
        concurrency: "unbounded",
      })
      assert.isTrue(changed.every(Boolean))
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ id: bigint; state: string; response_status: number | null }>`
        SELECT attempt.lead_id AS id, coalesce(settled.state, work.state)::text AS state, response_status FROM attempt
        LEFT JOIN work ON work.lead_id = attempt.lead_id
        LEFT JOIN settled_lead AS settled ON settled.lead_id = attempt.lead_id`
      assert.strictEqual(rows.length, 300)
      for (const { id, response_status, state } of rows) {
        const outcome = outcomeOf(Number(id))
        assert.deepStrictEqual([state, response_status], [outcome.next.state, outcome.responseStatus])
      }
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(kept, counted)
    }).pipe(inWorld),
  )

  it.effect("keeps what a customer answered, whatever characters it has", () =>
    Effect.gen(function* () {
      const answer = "\u0001\t\r\n'\"\\ \\u0000 \uFFFD \uFFFF 🏡 \u202E é $1 %s {} NULL"
      yield* complete(yield* openNew, 1, { ...failed, responseBody: answer })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT response_body FROM attempt`, [{ response_body: answer }])
    }).pipe(inWorld),
  )

  it.effect("lets an answer that Postgres cannot hold cost only itself", () =>
    Effect.gen(function* () {
      yield* receive(9)
      const leads = yield* claim(9)
      yield* Effect.forEach(leads, open, { concurrency: "unbounded" })
      const results = yield* Effect.forEach(
        leads,
        (lead) =>
          Effect.exit(complete(lead, 1, { ...succeeded, responseBody: lead === leads[4] ? "\0" : "ok" })),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        leads.map((lead) => (lead === leads[4] ? "Failure" : "Success")),
      )
      assert.deepStrictEqual((yield* bothCounts).kept, { TOTAL: 9, DELIVERED: 8, READY: 1 })
    }).pipe(inWorld),
  )

  it.effect("schedules the next attempt as long after the outcome as was asked for", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* complete(lead, 1, { ...failed, next: { state: "RETRYING", retryAfterMs: 30_500 } })
      const sql = yield* PgClient.PgClient
      const [row] = yield* sql<{ seconds: number; found: boolean; duration_ms: number }>`
        SELECT extract(epoch FROM scheduled_at - ended_at)::float8 AS seconds, due_at = scheduled_at AS found, duration_ms
        FROM work JOIN attempt USING (lead_id)`
      assert.closeTo(row?.seconds ?? 0, 30.5, 0.05)
      assert.deepInclude(row, { found: true, duration_ms: failed.durationMs })
      yield* timeComes(lead.leadId)
      const again = yield* claimOne
      yield* open(again)
      yield* complete(again, 2, succeeded)
      assert.deepStrictEqual(yield* workOf(lead.leadId), [])
      assert.lengthOf(yield* attemptsOf(lead.leadId), 2)
    }).pipe(inWorld),
  )
})
