import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import {
  attemptsOf,
  claim,
  claimNew,
  claimOne,
  complete,
  delivery,
  eventsOf,
  failed,
  inWorld,
  open,
  openNew,
  parked,
  ready,
  receive,
  rejected,
  rowOf,
  step,
  timeComes,
} from "../support/world.ts"

const decisions = PgClient.PgClient.use(
  (sql) => sql`
    SELECT lead_id::float8 AS id, delivery_no, verdict::text AS verdict, reason, details::text, normalized_payload::text AS normalized,
      omitted_attributes AS omitted, decided_with::text AS decided_with
    FROM decision`,
)

const deliveries = PgClient.PgClient.use(
  (sql) => sql<
    Readonly<Record<"id" | "delivery_no" | "customer_id", number>> &
      Readonly<Record<"idempotency_key" | "body", string>>
  >`
    SELECT lead_id::float8 AS id, delivery_no, customer_id, idempotency_key, payload::text AS body FROM delivery ORDER BY 1`,
)

const nothingLeft = {
  delivery_no: null,
  lane: null,
  lease: null,
  attempt_no: null,
  attempt_is_open: null,
  uncounted_attempts: null,
  internal_failures: null,
  scheduled_at: null,
  due_at: null,
}

describe("LeadWork.openAttempt", () => {
  it.effect("makes a lead READY and opens attempt 1 in one step, the lease held", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      assert.deepStrictEqual(yield* step(lead, ready), { _tag: "Opened", isProbe: false, attemptNo: 1 })
      assert.deepInclude(yield* rowOf(lead.leadId), {
        state: "READY",
        attempt_no: 1,
        attempt_is_open: true,
        lane: 0,
        lease: lead.lease,
      })
      assert.deepStrictEqual(yield* decisions, [
        {
          id: lead.leadId,
          delivery_no: 0,
          verdict: "READY",
          reason: null,
          details: ready.details,
          normalized: ready.normalized,
          omitted: [],
          decided_with: ready.decidedWith,
        },
      ])
      assert.deepStrictEqual(yield* deliveries, [
        {
          id: lead.leadId,
          delivery_no: 0,
          customer_id: 1,
          idempotency_key: delivery.idempotencyKey,
          body: delivery.body,
        },
      ])
      assert.deepStrictEqual(yield* attemptsOf(lead.leadId), [])
      assert.deepStrictEqual(yield* eventsOf(lead.leadId), [])
    }).pipe(inWorld),
  )

  it.effect("shows the open attempt to people who query before its request leaves", () =>
    Effect.gen(function* () {
      const { leadId } = yield* openNew
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT attempt_no, success, response_status, ended_at, requested_at > now() - interval '1 minute' AS is_new
          FROM delivery_attempt WHERE lead_id = ${leadId}`,
        [{ attempt_no: 1, success: false, response_status: null, ended_at: null, is_new: true }],
      )
    }).pipe(inWorld),
  )

  for (const [verdict, decision] of Object.entries({ REJECTED: rejected, PARKED: parked })) {
    it.effect(`settles a lead that is ${verdict}, without an attempt and with no work left`, () =>
      Effect.gen(function* () {
        const lead = yield* claimNew
        assert.deepStrictEqual(yield* step(lead, decision), { _tag: "Settled" })
        const row = { state: verdict, reason: decision.reason, ...nothingLeft }
        assert.deepStrictEqual(yield* rowOf(lead.leadId), row)
        const { details, normalized, omitted } = decision
        assert.deepInclude((yield* decisions)[0], { verdict, details, normalized, omitted })
        assert.deepStrictEqual(yield* deliveries, [])
      }).pipe(inWorld),
    )
  }

  it.effect("opens further attempts of a delivery under the numbers that follow", () =>
    Effect.gen(function* () {
      yield* receive(1)
      for (const attemptNo of [1, 2, 3]) {
        const lead = yield* claimOne
        assert.deepStrictEqual(yield* open(lead), { _tag: "Opened", isProbe: false, attemptNo })
        yield* complete(lead, attemptNo, failed)
        yield* timeComes(lead.leadId)
      }
      assert.lengthOf(yield* deliveries, 1)
      assert.lengthOf(yield* decisions, 1)
    }).pipe(inWorld),
  )

  it.effect("stores the bytes of a delivery as they are", () =>
    Effect.gen(function* () {
      const body =
        '{"id":12345678901234567890,  "ratio":0.10000000000000000001,"__proto__":{"a":1},"emoji":"🏡\\u0001"}'
      yield* step(yield* claimNew, { ...ready, delivery: { ...delivery, body } })
      assert.strictEqual((yield* deliveries)[0]?.body, body)
    }).pipe(inWorld),
  )

  it.effect("gives each of 300 concurrent steps its own answer", () =>
    Effect.gen(function* () {
      yield* receive(300)
      const leads = yield* claim(300)
      const bodyOf = (id: number) => `{"lead": ${id}}`
      const isRejected = (id: number) => id % 3 === 0
      const results = yield* Effect.forEach(
        leads,
        (lead) =>
          step(
            lead,
            isRejected(lead.leadId)
              ? rejected
              : { ...ready, delivery: { ...delivery, body: bodyOf(lead.leadId) } },
          ),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        leads.map(({ leadId }) => (isRejected(leadId) ? "Settled" : "Opened")),
      )
      const stored = yield* deliveries
      assert.lengthOf(stored, 200)
      for (const { body, id } of stored) assert.strictEqual(body, bodyOf(id))
    }).pipe(inWorld),
  )

  it.effect("lets a decision that Postgres cannot hold cost only itself", () =>
    Effect.gen(function* () {
      yield* receive(20)
      const leads = yield* claim(20)
      const bad = leads[7]
      const results = yield* Effect.forEach(
        leads,
        (lead) => Effect.exit(step(lead, lead === bad ? { ...ready, normalized: '{"phone":' } : ready)),
        { concurrency: "unbounded" },
      )
      for (const [index, lead] of leads.entries()) {
        const [result, state] = lead === bad ? ["Failure", "RECEIVED"] : ["Success", "READY"]
        assert.strictEqual(results[index]?._tag, result)
        assert.strictEqual((yield* rowOf(lead.leadId))?.state, state)
      }
    }).pipe(inWorld),
  )
})
