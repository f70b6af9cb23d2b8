import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import { LeadIntake, LeadWork } from "../../src/index.ts"
import {
  claim,
  claimOne,
  failed,
  holdOpen,
  inWorld,
  lease,
  newLead,
  open,
  parked,
  proceed,
  receive,
  record,
  rejected,
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
        claimed.map((lead) => lead.id).sort((a, b) => a - b),
        ids,
      )
      assert.strictEqual(new Set(claimed.map((lead) => lead.lease)).size, 1000)
      assert.deepStrictEqual(yield* claim(1), [])
    }).pipe(inWorld),
  )

  it.effect("takes no more than asked for, the longest due first", () =>
    Effect.gen(function* () {
      const ids = yield* receive(5)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE open_lead SET due_at = now() - make_interval(mins => id::integer)`
      for (const expected of [[5, 4], [3, 2], [1]]) {
        const claimed = yield* claim(2)
        assert.sameMembers(
          claimed.map((lead) => lead.id),
          ids.filter((id) => expected.includes(id)),
        )
      }
    }).pipe(inWorld),
  )

  it.effect("tells what a worker needs, the payload digit for digit", () =>
    Effect.gen(function* () {
      const payload = '{"id": 12345678901234567890, "__proto__": {"price": 0.10000000000000000001}}'
      const id = yield* LeadIntake.use(({ receive }) =>
        receive({
          ...newLead(payload),
          sourceHeaders: '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}',
        }),
      )
      const { idempotencyKey, lease, payload: claimed, ...rest } = yield* claimOne
      assert.deepStrictEqual(rest, {
        id,
        status: "RECEIVED",
        correlationId: "a-correlation-id",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        attemptCount: 0,
        uncountedAttempts: 0,
        attemptIsOpen: false,
        attemptIsProbe: false,
        troubles: 0,
      })
      assert.match(idempotencyKey, uuid)
      assert.match(lease, uuid)
      assert.strictEqual(
        stringify(claimed),
        '{"id":12345678901234567890,"__proto__":{"price":0.10000000000000000001}}',
      )
    }).pipe(inWorld),
  )

  it.effect("leaves alone what is owned, scheduled for later, parked or at its end", () =>
    Effect.gen(function* () {
      yield* receive(4)
      const [owned, later, toPark, toReject] = yield* claim(4)
      assert(owned !== undefined && later !== undefined && toPark !== undefined && toReject !== undefined)
      yield* open(later)
      yield* record(later, 1, failed)
      yield* proceed(toPark, parked)
      yield* proceed(toReject, rejected)
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorld),
  )

  it.effect("takes a lead again when its lease has ended, under a new lease", () =>
    Effect.gen(function* () {
      const [id] = yield* receive(1)
      const first = yield* claimOne
      yield* timeComes(first.id)
      const second = yield* claimOne
      assert.strictEqual(second.id, id)
      assert.notStrictEqual(second.lease, first.lease)
      assert.strictEqual(second.idempotencyKey, first.idempotencyKey)
    }).pipe(inWorld),
  )

  it.effect("says that an attempt is open when its owner was lost after it had opened one", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      yield* open(first)
      yield* timeComes(first.id)
      const { attemptCount, attemptIsOpen, payload, status } = yield* claimOne
      assert.deepStrictEqual(
        { attemptCount, attemptIsOpen, payload, status },
        { attemptCount: 1, attemptIsOpen: true, payload: null, status: "READY" },
      )
    }).pipe(inWorld),
  )

  it.effect("takes a retry when its time has come, without its payload and with no attempt open", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      yield* open(first)
      yield* record(first, 1, failed)
      yield* timeComes(first.id)
      const { attemptCount, attemptIsOpen, payload, status } = yield* claimOne
      assert.deepStrictEqual(
        { attemptCount, attemptIsOpen, payload, status },
        { attemptCount: 1, attemptIsOpen: false, payload: null, status: "FAILED" },
      )
    }).pipe(inWorld),
  )

  it.effect("passes by a row that somebody else has locked, instead of waiting for it", () =>
    Effect.gen(function* () {
      const [locked, free] = yield* receive(2)
      yield* Effect.asVoid(holdOpen((sql) => sql`SELECT FROM open_lead WHERE id = ${locked ?? 0} FOR UPDATE`))
      assert.strictEqual((yield* claimOne).id, free)
    }).pipe(inWorld),
  )
})

describe("LeadWork.outlook", () => {
  const untilDue = LeadWork.use((work) => Effect.map(work.outlook, (outlook) => outlook.untilDue))

  it.effect("is undefined when nothing is scheduled", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* untilDue)
    }).pipe(inWorld),
  )

  it.effect("is zero when a lead is due, and the end of its lease when it is owned", () =>
    Effect.gen(function* () {
      yield* receive(1)
      assert.deepStrictEqual(yield* untilDue, Duration.zero)
      yield* claimOne
      const left = (yield* untilDue) ?? Duration.zero
      assert.isTrue(Duration.isLessThanOrEqualTo(left, lease))
      assert.isTrue(Duration.isGreaterThan(left, Duration.seconds(25)))
    }).pipe(inWorld),
  )

  it.effect("is the time of the next retry", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* open(lead)
      yield* record(lead, 1, failed)
      const left = (yield* untilDue) ?? Duration.zero
      assert.isTrue(Duration.isGreaterThan(left, Duration.minutes(59)))
      assert.isTrue(Duration.isLessThanOrEqualTo(left, Duration.hours(1)))
    }).pipe(inWorld),
  )
})
