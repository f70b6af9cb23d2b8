import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { Migrations } from "../src/index.ts"
import {
  address,
  claimNew,
  claimOne,
  complete,
  failed,
  history,
  inWorld,
  migrations,
  openNew,
  ownerIsLost,
  ready,
  refused,
  rejected,
  step,
  succeeded,
  unknown,
} from "./support/world.ts"

const duplicate = { ...refused, customerReason: "duplicate 🏡 \uFFFD", policyVersion: "b1946ac92492" }

describe("a lead's history", () => {
  it.effect("shows the customer's own reason, and the policy that decided", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* complete(lead, 1, duplicate)
      const { deliveryAttempts, events } = yield* history(lead.leadId)
      assert.deepInclude(deliveryAttempts[0], { responseBody: "no", customerReason: "duplicate 🏡 \uFFFD" })
      assert.deepStrictEqual(events.find(({ type }) => type === "attempt_failed")?.details, {
        attempt_no: 1,
        status_code: 422,
        fault: "lead",
        policy: "b1946ac92492",
      })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT customer_reason FROM delivery_attempt`, [
        { customer_reason: "duplicate 🏡 \uFFFD" },
      ])
    }).pipe(inWorld),
  )

  it.effect("shows a reason that comes late, after the attempt counted as unknown", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* ownerIsLost(lead.leadId)
      yield* complete(yield* claimOne, 1, unknown)
      yield* complete(lead, 1, duplicate)
      const { deliveryAttempts, status } = yield* history(lead.leadId)
      assert.strictEqual(status, "PERMANENTLY_FAILED")
      assert.deepInclude(deliveryAttempts[0], { statusCode: 422, customerReason: duplicate.customerReason })
    }).pipe(inWorld),
  )

  it.effect("shows the unread values of the last decision, of a rejected lead too", () =>
    Effect.gen(function* () {
      const unread = [{ path: "contact.phone", kind: "phone" }]
      const one = yield* claimNew
      yield* step(one, { ...ready, unread })
      assert.deepStrictEqual((yield* history(one.leadId)).unread, unread)
      yield* complete(one, 1, succeeded)
      assert.deepStrictEqual((yield* history(one.leadId)).unread, unread)
      const two = yield* claimNew
      yield* step(two, { ...rejected, normalized: '{"phone":"x"}', unread })
      assert.deepInclude(yield* history(two.leadId), { normalizedPayload: { phone: "x" }, unread })
    }).pipe(inWorld),
  )
})

describe("the columns of this release", () => {
  it.effect("have values for rows that a process of the release before writes", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { leadId } = yield* openNew
      // What the statements of that release name: none of the new columns.
      yield* sql`
        INSERT INTO decision (
          lead_id, delivery_no, verdict, details, normalized_payload, omitted_attributes, decided_with
        ) VALUES (${leadId}, 1, 'READY', '{}', '{}', '[]', '{}')`
      yield* sql`
        INSERT INTO attempt (
          id, lead_id, delivery_no, attempt_no, requested_at, success, outcome_unknown, is_probe, response_status, fault
        ) VALUES (1000, ${leadId}, 0, 2, now(), false, false, false, 500, 'customer')`
      yield* sql`UPDATE work SET first_attempt_at = NULL`
      const { deliveryAttempts, unread } = yield* history(leadId)
      assert.deepStrictEqual(unread, [])
      assert.isNull(deliveryAttempts[1]?.customerReason)
      yield* ownerIsLost(leadId)
      assert.deepInclude(yield* claimOne, { unseenAttempt: false, ageMs: undefined })
      yield* sql`INSERT INTO work (lead_id, tenant_id, attempt_no) VALUES (${leadId + 1}, 1, 0)`
      assert.deepStrictEqual(
        yield* sql`SELECT unseen_attempt, first_attempt_at FROM work WHERE lead_id = ${leadId + 1}`,
        [{ unseen_attempt: false, first_attempt_at: null }],
      )
    }).pipe(inWorld),
  )

  it.effect("go with a step down, and come back", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const columns = sql<{ column: string }>`
        SELECT table_name || '.' || column_name AS column FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name IN
          ('unseen_attempt', 'first_attempt_at', 'unread', 'customer_reason', 'policy_version')
          AND table_name IN ('work', 'decision', 'attempt', 'delivery_attempt') ORDER BY 1`
      const before = yield* columns
      assert.deepStrictEqual(
        before.map(({ column }) => column),
        [
          "attempt.customer_reason",
          "attempt.policy_version",
          "decision.unread",
          "delivery_attempt.customer_reason",
          "work.first_attempt_at",
          "work.unseen_attempt",
        ],
      )
      const lead = yield* openNew
      yield* complete(lead, 1, { ...failed, customerReason: "down" })
      const { url } = yield* TestDatabase
      const options = { connection: address(url), directory: migrations }
      const count = readdirSync(migrations).filter((file) => file >= "0002").length
      yield* Migrations.down({ ...options, count, loseData: true })
      assert.deepStrictEqual(yield* columns, [])
      assert.deepStrictEqual(yield* sql`SELECT response_status FROM delivery_attempt`, [
        { response_status: 500 },
      ])
      yield* Migrations.up(options)
      assert.deepStrictEqual(yield* columns, before)
      assert.isNull((yield* history(lead.leadId)).deliveryAttempts[0]?.customerReason)
    }).pipe(inWorld),
  )
})
