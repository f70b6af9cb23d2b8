import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { stringify } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import {
  claim,
  claimIds,
  claimOne,
  complete,
  delivery,
  failed,
  holdOpen,
  inWorld,
  newLead,
  open,
  openNew,
  ownerIsLost,
  parked,
  receive,
  receiveLead,
  rejected,
  send,
  step,
  timeComes,
} from "../support/world.ts"

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe("LeadWork.claim", () => {
  it.effect("gives each of 1,000 leads to one of many claimers, and to no other", () =>
    Effect.gen(function* () {
      const ids = yield* receive(1000)
      const claims = yield* Effect.forEach(Array.from({ length: 200 }), () => claim(7), {
        concurrency: "unbounded",
      })
      const rest = yield* claim(1000)
      const claimed = [...claims.flat(), ...rest]
      assert.deepStrictEqual(
        claimed.map(({ leadId }) => leadId).sort((a, b) => a - b),
        // Two statements at once draw their ids by turns.
        ids.toSorted((a, b) => a - b),
      )
      const leases = claims
        .filter((one) => one.length > 0)
        .map((one) => new Set(one.map(({ lease }) => lease)))
      assert.isTrue(leases.every((lease) => lease.size === 1))
      assert.strictEqual(new Set(leases.flatMap((lease) => [...lease])).size, leases.length)
      assert.deepStrictEqual(yield* claim(1), [])
    }).pipe(inWorld),
  )

  it.effect("takes no more than asked for, the longest due first", () =>
    Effect.gen(function* () {
      const ids = yield* receive(5)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE work SET due_at = now() - make_interval(mins => lead_id::integer)`
      for (const expected of [[5, 4], [3, 2], [1]]) {
        const claimed = yield* claim(2)
        assert.sameMembers(
          claimed.map(({ leadId }) => leadId),
          ids.filter((id) => expected.includes(id)),
        )
      }
    }).pipe(inWorld),
  )

  it.effect("returns what a worker needs, the payload digit for digit", () =>
    Effect.gen(function* () {
      const text = '{"id": 12345678901234567890, "__proto__": {"price": 0.10000000000000000001}}'
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      const leadId = yield* receiveLead({ ...newLead(text), sourceHeaders: JSON.stringify({ traceparent }) })
      const claimed = yield* claimOne
      assert(claimed._tag === "Undecided")
      const { lease, payload, receivedAgeMs, ...rest } = claimed
      assert.deepStrictEqual(rest, {
        _tag: "Undecided",
        characters: text.length,
        leadId,
        deliveryNo: 0,
        attemptNo: 0,
        uncountedAttempts: 0,
        internalFailures: 0,
        unseenAttempt: false,
        ageMs: undefined,
        correlationId: "a-correlation-id",
        traceparent,
      })
      assert.isAtLeast(receivedAgeMs, 0)
      assert.isBelow(receivedAgeMs, 60_000)
      assert.match(lease, uuid)
      assert.strictEqual(
        stringify(payload),
        '{"id":12345678901234567890,"__proto__":{"price":0.10000000000000000001}}',
      )
    }).pipe(inWorld),
  )

  it.effect(
    "returns the trace context that was stored with a lead rather than its sender's, for every attempt",
    () =>
      Effect.gen(function* () {
        const sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        const own = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
        const sourceHeaders = JSON.stringify({ "[traceparent]": own, traceparent: sent })
        yield* receiveLead({ ...newLead("{}"), sourceHeaders })
        assert.strictEqual((yield* claimOne).traceparent, own)
      }).pipe(inWorld),
  )

  it.effect("returns a delivery's bytes and key, the same for every attempt", () =>
    Effect.gen(function* () {
      const { leadId } = yield* openNew
      const [first] = yield* Effect.andThen(ownerIsLost(leadId), claimIds([leadId]))
      assert(first?._tag === "LostAttempt")
      for (const attemptNo of [1, 2, 3]) {
        yield* complete(first, attemptNo, failed)
        yield* timeComes(leadId)
        const again = yield* claimOne
        const { body, idempotencyKey } = delivery
        assert.deepInclude(again, { _tag: "Due", leadId, attemptNo, body, idempotencyKey })
        yield* open(again)
      }
    }).pipe(inWorld),
  )

  it.effect("leases nothing that is leased, scheduled for later, parked or ended", () =>
    Effect.gen(function* () {
      const ids = yield* receive(4)
      const [leased, later, toPark, toReject] = yield* claim(4)
      assert(leased !== undefined && later !== undefined && toPark !== undefined && toReject !== undefined)
      yield* open(later)
      yield* complete(later, 1, failed)
      yield* step(toPark, parked)
      yield* step(toReject, rejected)
      assert.deepStrictEqual(yield* claim(10), [])
      assert.deepStrictEqual(yield* claimIds(ids), [])
    }).pipe(inWorld),
  )

  it.effect("takes work again when its lease has ended, under a new lease", () =>
    Effect.gen(function* () {
      const [id] = yield* receive(1)
      const first = yield* claimOne
      yield* ownerIsLost(first.leadId)
      assert.deepStrictEqual(yield* claim(1), [])
      yield* timeComes(first.leadId)
      const second = yield* claimOne
      assert.strictEqual(second.leadId, id)
      assert.notStrictEqual(second.lease, first.lease)
    }).pipe(inWorld),
  )

  it.effect("returns a lost attempt if a worker was lost after it had opened one", () =>
    Effect.gen(function* () {
      const first = yield* openNew
      yield* ownerIsLost(first.leadId)
      assert.deepInclude(yield* claimOne, { _tag: "LostAttempt", attemptNo: 1, isProbe: false })
    }).pipe(inWorld),
  )

  it.effect("takes a retry when its time has come, with no attempt open", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(failed)
      assert.deepStrictEqual(yield* claim(1), [])
      yield* timeComes(leadId)
      assert.deepInclude(yield* claimOne, { _tag: "Due", attemptNo: 1 })
    }).pipe(inWorld),
  )

  it.effect("skips a row that another transaction has locked", () =>
    Effect.gen(function* () {
      const [locked, free] = yield* receive(2)
      yield* Effect.asVoid(holdOpen((sql) => sql`SELECT FROM work WHERE lead_id = ${locked ?? 0} FOR UPDATE`))
      assert.strictEqual((yield* claimOne).leadId, free)
    }).pipe(inWorld),
  )
})

describe("LeadWork.claim of leads by their ids", () => {
  it.effect("takes those that may be taken, each once, and leaves the others where they are", () =>
    Effect.gen(function* () {
      const ids = yield* receive(3)
      const others = yield* receive(1)
      const take = claimIds([...ids, ...ids])
      assert.sameMembers(
        (yield* take).map(({ leadId }) => leadId),
        [...ids],
      )
      assert.deepStrictEqual(yield* take, [])
      assert.deepStrictEqual(yield* claimIds([]), [])
      assert.deepStrictEqual(
        (yield* claim(9)).map(({ leadId }) => leadId),
        others,
      )
    }).pipe(inWorld),
  )

  it.effect("takes no more than asked for", () =>
    Effect.gen(function* () {
      const ids = yield* receive(5)
      assert.lengthOf(yield* claimIds(ids, 2), 2)
    }).pipe(inWorld),
  )
})
