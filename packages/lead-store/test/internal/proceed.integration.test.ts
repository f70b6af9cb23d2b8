import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { isJsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Effect, Result } from "effect"
import {
  claim,
  claimOne,
  eventsOf,
  failed,
  history,
  inWorld,
  open,
  parked,
  proceed,
  ready,
  receive,
  record,
  rejected,
  rowOf,
  timeComes,
} from "../support/world.ts"

describe("LeadWork.proceed", () => {
  it.effect("makes a lead READY and opens attempt 1 in one step, the lease held", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      assert.deepStrictEqual(yield* proceed(lead, ready), {
        _tag: "Opened",
        isProbe: false,
        attemptNo: 1,
        body: '{"phone": "+49123456789", "product": {"name": "solar"}}',
      })
      const row = yield* rowOf(lead.id)
      assert.deepInclude(row, { status: "READY", attempt_count: 1, lease_token: lead.lease })
      const { deliveryAttempts, normalizedPayload } = yield* history(lead.id)
      assert.deepStrictEqual(normalizedPayload, { phone: "+49123456789" })
      assert.deepStrictEqual(
        deliveryAttempts.map(({ attemptedAt: _, ...attempt }) => attempt),
        [{ attemptNo: 1, success: false, statusCode: null, errorMessage: null, fault: null }],
      )
      assert.deepStrictEqual(yield* eventsOf(lead.id), ["received", "ready", "attempt_opened"])
    }).pipe(inWorld),
  )

  it.effect("tells in the history of a ready lead what the rules flagged it for", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      const details = { flags: [{ reason: "ODD_SOURCE", explanation: "source must be present" }] }
      yield* proceed(lead, { ...ready, details })
      const { events } = yield* history(lead.id)
      assert.deepStrictEqual(events.find(({ type }) => type === "ready")?.details, details)
    }).pipe(inWorld),
  )

  it.effect("rejects a lead for good, without an attempt and without a schedule", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      assert.strictEqual((yield* proceed(lead, rejected))._tag, "Settled")
      assert.deepStrictEqual(yield* rowOf(lead.id), {
        status: "REJECTED",
        rejection_reason: "ZIP_NOT_66XXX",
        attempt_count: 0,
        lease_token: null,
        next_attempt_at: null,
        due_at: null,
      })
      const { deliveryAttempts, events } = yield* history(lead.id)
      assert.deepStrictEqual(deliveryAttempts, [])
      assert.deepInclude(events[1], { type: "rejected", details: { reason: "ZIP_NOT_66XXX" } })
    }).pipe(inWorld),
  )

  it.effect(
    "parks a lead that lacks what the customer needs, without an attempt and without a schedule",
    () =>
      Effect.gen(function* () {
        yield* receive(1)
        const lead = yield* claimOne
        assert.strictEqual((yield* proceed(lead, parked))._tag, "Settled")
        assert.deepStrictEqual(yield* rowOf(lead.id), {
          status: "FAILED",
          rejection_reason: "MISSING_REQUIRED_FIELD",
          attempt_count: 0,
          lease_token: null,
          next_attempt_at: null,
          due_at: null,
        })
        const { deliveryAttempts, events, normalizedPayload, omittedAttributes } = yield* history(lead.id)
        assert.deepStrictEqual(deliveryAttempts, [])
        assert.deepStrictEqual(normalizedPayload, { phone: null })
        assert.deepStrictEqual(omittedAttributes, [{ name: "roof_age", reason: "not_a_number" }])
        assert.deepInclude(events[1], { type: "parked", details: { missing: ["phone"] } })
      }).pipe(inWorld),
  )

  it.effect("sends the same bytes under the same key in every attempt", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      const { body } = yield* open(first)
      for (const attemptNo of [1, 2, 3]) {
        const lead = attemptNo === 1 ? first : yield* claimOne
        assert.strictEqual(lead.idempotencyKey, first.idempotencyKey)
        if (attemptNo > 1)
          assert.deepStrictEqual(yield* open(lead), { _tag: "Opened", isProbe: false, attemptNo, body })
        yield* record(lead, attemptNo, failed)
        yield* timeComes(lead.id)
      }
    }).pipe(inWorld),
  )

  it.effect("brings every digit of a number and every key into the body", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      const text =
        '{"id":12345678901234567890,"ratio":0.10000000000000000001,"__proto__":{"a":1},"emoji":"🏡\\u0001"}'
      const customerPayload = Result.getOrThrow(parse(text))
      assert(isJsonObject(customerPayload))
      const attempt = yield* proceed(lead, { ...ready, customerPayload })
      assert(attempt._tag === "Opened")
      assert.strictEqual(
        stringify(Result.getOrThrow(parse(attempt.body))),
        '{"id":12345678901234567890,"emoji":"🏡\\u0001","ratio":0.10000000000000000001,"__proto__":{"a":1}}',
      )
    }).pipe(inWorld),
  )

  it.effect("gives each of 300 concurrent steps its own answer", () =>
    Effect.gen(function* () {
      yield* receive(300)
      const leads = yield* claim(300)
      const attempts = yield* Effect.forEach(
        leads,
        (lead) =>
          proceed(
            lead,
            lead.id % 3 === 0 ? rejected : { ...ready, customerPayload: { lead: Number(lead.id) } },
          ),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(
        attempts.map((attempt) => (attempt._tag === "Opened" ? attempt.body : undefined)),
        leads.map((lead) => (lead.id % 3 === 0 ? undefined : `{"lead": ${lead.id}}`)),
      )
    }).pipe(inWorld),
  )

  it.effect("lets a decision that Postgres cannot hold cost only itself", () =>
    Effect.gen(function* () {
      yield* receive(20)
      const leads = yield* claim(20)
      const bad = leads[7]
      const successes = yield* Effect.forEach(
        leads,
        (lead) =>
          Effect.isSuccess(proceed(lead, lead === bad ? { ...ready, normalized: { phone: "\0" } } : ready)),
        { concurrency: "unbounded" },
      )
      for (const [index, lead] of leads.entries()) {
        const [stored, status] = lead === bad ? [false, "RECEIVED"] : [true, "READY"]
        assert.strictEqual(successes[index], stored)
        assert.strictEqual((yield* rowOf(lead.id))?.status, status)
      }
    }).pipe(inWorld),
  )

  it.effect("stamps a lead with the versions that decided on it", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* open(lead)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql`SELECT decided_with FROM inbound_lead`
      assert.deepStrictEqual(rows, [{ decided_with: ready.decidedWith }])
    }).pipe(inWorld),
  )
})
