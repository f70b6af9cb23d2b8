import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { stringify } from "@lead-gateway/lossless-json"
import { Effect, Option } from "effect"
import { LeadReader, maintainPartitions } from "../src/index.ts"
import {
  claim,
  claimIds,
  claimNew,
  claimOne,
  complete,
  configure,
  failed,
  history,
  inWorld,
  newLead,
  open,
  openNew,
  parked,
  ready,
  receive,
  receiveLead,
  refused,
  rejected,
  release,
  send,
  step,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const typesOf = (id: LeadId) => Effect.map(history(id), ({ events }) => events.map(({ type }) => type))

describe("LeadReader.history", () => {
  it.effect("is none for an id that was never given, however large", () =>
    Effect.gen(function* () {
      const reader = yield* LeadReader
      for (const id of [1, 5_000_000, 3_000_000_000, Number.MAX_SAFE_INTEGER]) {
        assert.deepStrictEqual(yield* reader.history(LeadId.make(id)), Option.none())
      }
    }).pipe(inWorld),
  )

  it.effect("is no answer when there are no tables at all", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`DROP TABLE lead CASCADE`
      const error = yield* Effect.flip(LeadReader.use((reader) => reader.history(LeadId.make(1))))
      assert.strictEqual(error._tag, "StoreUnavailable")
    }).pipe(inWorld),
  )

  it.effect("finds a lead whose id needs more than 32 bits", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 3000000000)`
      yield* maintainPartitions
      const { leadId } = yield* send(failed)
      assert.deepInclude(yield* history(leadId), { id: LeadId.make(3_000_000_001), status: "FAILED" })
    }).pipe(inWorld),
  )

  it.effect("shows the payload and what was decided digit for digit", () =>
    Effect.gen(function* () {
      const json = '{"id":12345678901234567890,"__proto__":{"a":0.10000000000000000001}}'
      const id = yield* receiveLead(newLead(json))
      const lead = yield* claimOne
      yield* step(lead, { ...parked, normalized: json, details: json })
      const { events, normalizedPayload, rawPayload } = yield* history(id)
      for (const value of [rawPayload, normalizedPayload, events[1]?.details ?? null]) {
        assert.strictEqual(stringify(value), json)
      }
    }).pipe(inWorld),
  )

  it.effect("returns everything about a lead that was delivered at the second attempt", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(failed)
      yield* timeComes(leadId)
      const second = yield* claimOne
      yield* open(second)
      yield* complete(second, 2, succeeded)
      const lead = yield* history(leadId)
      assert.deepInclude(lead, {
        id: leadId,
        status: "DELIVERED",
        rejectionReason: null,
        correlationId: "a-correlation-id",
        normalizedPayload: { phone: "+49123456789" },
        customerPayload: { phone: "+49123456789", product: { name: "solar" } },
        omittedAttributes: [],
        unread: [],
        nextAttemptAt: null,
      })
      assert.deepStrictEqual(
        lead.deliveryAttempts.map(({ attemptedAt: _, ...attempt }) => attempt),
        [
          {
            attemptNo: 1,
            success: false,
            statusCode: 500,
            errorMessage: "the customer answered 500",
            durationMs: 12,
            fault: "customer",
            responseBody: "oops",
            customerReason: null,
          },
          {
            attemptNo: 2,
            success: true,
            statusCode: 200,
            errorMessage: null,
            durationMs: 12,
            fault: null,
            responseBody: "thank you",
            customerReason: null,
          },
        ],
      )
      assert.deepStrictEqual(
        lead.events.map(({ type }) => type),
        [
          "received",
          "ready",
          "attempt_opened",
          "attempt_failed",
          "retry_scheduled",
          "attempt_opened",
          "attempt_succeeded",
          "delivered",
        ],
      )
      assert.isTrue(
        lead.events.every(({ at }, index) => index === 0 || at >= (lead.events[index - 1]?.at ?? at)),
      )
      assert.deepStrictEqual(lead.events[0]?.at, lead.receivedAt)
      assert.deepStrictEqual(lead.events[2]?.at, lead.deliveryAttempts[0]?.attemptedAt)
    }).pipe(inWorld),
  )

  it.effect("lists an open attempt like one whose response is not known", () =>
    Effect.gen(function* () {
      const { leadId } = yield* openNew
      const { deliveryAttempts, status } = yield* history(leadId)
      assert.strictEqual(status, "READY")
      assert.deepStrictEqual(
        deliveryAttempts.map(({ attemptedAt: _, ...attempt }) => attempt),
        [
          {
            attemptNo: 1,
            success: false,
            statusCode: null,
            errorMessage: null,
            durationMs: null,
            fault: null,
            responseBody: null,
            customerReason: null,
          },
        ],
      )
      assert.deepStrictEqual(yield* typesOf(leadId), ["received", "ready", "attempt_opened"])
    }).pipe(inWorld),
  )

  it.effect("shows a lead that was rejected, and one that is parked", () =>
    Effect.gen(function* () {
      const one = yield* claimNew
      yield* step(one, rejected)
      assert.deepInclude(yield* history(one.leadId), {
        status: "REJECTED",
        rejectionReason: rejected.reason,
        normalizedPayload: null,
        unread: [],
        customerPayload: null,
        deliveryAttempts: [],
        nextAttemptAt: null,
      })
      const two = yield* claimNew
      yield* step(two, parked)
      const lead = yield* history(two.leadId)
      assert.deepInclude(lead, {
        status: "FAILED",
        rejectionReason: parked.reason,
        normalizedPayload: { phone: null },
        customerPayload: null,
        omittedAttributes: parked.omitted,
        unread: parked.unread,
        nextAttemptAt: null,
      })
      assert.deepInclude(lead.events[1], { type: "parked", details: { missing: ["phone"] } })
    }).pipe(inWorld),
  )

  it.effect("keeps the order of steps that followed each other in no time", () =>
    Effect.gen(function* () {
      const ids = yield* receive(30)
      const again = { ...throttled, next: { ...throttled.next, retryAfterMs: 0 } }
      for (const attemptNo of [1, 2, 3]) {
        const leads = yield* claim(30)
        assert.strictEqual(leads.length, 30)
        const outcome = attemptNo < 3 ? again : refused
        yield* Effect.forEach(
          leads,
          (lead) => Effect.andThen(open(lead), complete(lead, attemptNo, outcome)),
          { concurrency: "unbounded" },
        )
      }
      const attempt = ["attempt_opened", "attempt_failed"]
      for (const id of ids) {
        assert.deepStrictEqual(yield* typesOf(id), [
          "received",
          "ready",
          ...attempt,
          "retry_scheduled",
          ...attempt,
          "retry_scheduled",
          ...attempt,
          "permanently_failed",
        ])
      }
    }).pipe(inWorld),
  )

  it.effect("lists a lead's late success, and the newer attempt that it made needless", () =>
    Effect.gen(function* () {
      const first = yield* send(unknown)
      yield* timeComes(first.leadId)
      const second = yield* claimOne
      yield* open(second)
      yield* complete(first, 1, succeeded)
      const during = yield* history(first.leadId)
      assert.deepInclude(during, { status: "DELIVERED", nextAttemptAt: null })
      assert.deepStrictEqual(
        during.deliveryAttempts.map(({ attemptNo, statusCode, success }) => [attemptNo, success, statusCode]),
        [
          [1, true, 200],
          [2, false, null],
        ],
      )
      yield* complete(second, 2, failed)
      const story = [
        "received",
        "ready",
        "attempt_opened",
        "attempt_outcome_unknown",
        "attempt_opened",
        "attempt_succeeded",
        "delivered",
      ]
      assert.deepStrictEqual(yield* typesOf(first.leadId), [...story, "attempt_failed"])
      assert.strictEqual((yield* history(first.leadId)).status, "DELIVERED")
    }).pipe(inWorld),
  )

  it.effect("shows what no other row says: held back, withdrawn, snoozed", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      yield* release(lead, { unsentAttemptNo: 1, internalFailure: "a reason of ours" })
      const { deliveryAttempts, events } = yield* history(lead.leadId)
      assert.deepStrictEqual(deliveryAttempts, [])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["received", "ready", "attempt_opened", "attempt_withdrawn", "snoozed"],
      )
      yield* configure({ ratePerSecond: 1 })
      const ids = yield* receive(2)
      for (const leased of yield* claimIds(ids)) {
        yield* step(leased, ready)
      }
      const stories = yield* Effect.forEach(ids, typesOf)
      assert.sameMembers(
        stories.map((types) => types.at(-1)),
        ["attempt_opened", "held_back"],
      )
    }).pipe(inWorld),
  )

  it.effect("knows the next attempt's time only while one is scheduled", () =>
    Effect.gen(function* () {
      const nextAttemptAt = (id: LeadId) => Effect.map(history(id), (lead) => lead.nextAttemptAt)
      const [id] = yield* receive(2)
      assert(id !== undefined)
      assert.isNull(yield* nextAttemptAt(id))
      const [lead, other] = yield* claim(2)
      assert(lead !== undefined && other !== undefined)
      assert.isNull(yield* nextAttemptAt(lead.leadId))
      yield* open(lead)
      assert.isNull(yield* nextAttemptAt(lead.leadId))
      yield* complete(lead, 1, failed)
      const scheduled = yield* nextAttemptAt(lead.leadId)
      assert(scheduled !== null)
      const { events } = yield* history(lead.leadId)
      assert.deepInclude(events.at(-1), {
        type: "retry_scheduled",
        details: { next_attempt_at: scheduled.toISOString().replace(".000Z", "Z") },
      })
      yield* timeComes(lead.leadId)
      yield* open(yield* claimOne)
      assert.isNull(yield* nextAttemptAt(lead.leadId))
      yield* step(other, parked)
      assert.isNull(yield* nextAttemptAt(other.leadId))
    }).pipe(inWorld),
  )

  it.effect("knows when a new lead is looked at again that was put off", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      const sql = yield* PgClient.PgClient
      yield* release(lead, { internalFailure: "a reason of ours" })
      yield* sql`UPDATE work SET scheduled_at = '2100-01-01T00:00:00Z'`
      assert.deepStrictEqual((yield* history(lead.leadId)).nextAttemptAt, new Date("2100-01-01T00:00:00Z"))
    }).pipe(inWorld),
  )

  it.effect("shows the last state of a lead that has neither work nor an end", () =>
    Effect.gen(function* () {
      const lead = yield* openNew
      const [received] = yield* receive(1)
      assert(received !== undefined)
      const sql = yield* PgClient.PgClient
      yield* sql`DELETE FROM work`
      assert.strictEqual((yield* history(lead.leadId)).status, "READY")
      assert.strictEqual((yield* history(received)).status, "RECEIVED")
    }).pipe(inWorld),
  )
})
