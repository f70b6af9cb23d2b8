import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadStatus } from "@lead-gateway/lead"
import { stringify } from "@lead-gateway/lossless-json"
import { Effect, Option } from "effect"
import { LeadIntake, LeadReader, maintainPartitions } from "../src/index.ts"
import {
  claim,
  claimOne,
  failed,
  history,
  inWorld,
  newLead,
  open,
  parked,
  proceed,
  receive,
  record,
  rejected,
  succeeded,
  timeComes,
} from "./support/world.ts"

const recent = (options: {
  readonly limit?: number
  readonly before?: LeadId | undefined
  readonly status?: LeadStatus | undefined
}) =>
  LeadReader.use((reader) =>
    Effect.map(reader.recent({ limit: 50, before: undefined, status: undefined, ...options }), (leads) =>
      leads.map((lead) => lead.id as number),
    ),
  )

const counts = LeadReader.use((reader) => reader.counts)

describe("LeadReader.counts", () => {
  it.effect("has every status, with 0 for those that no lead is in", () =>
    Effect.gen(function* () {
      const none = { RECEIVED: 0, REJECTED: 0, READY: 0, DELIVERED: 0, FAILED: 0, PERMANENTLY_FAILED: 0 }
      assert.deepStrictEqual(yield* counts, none)
      yield* receive(4)
      const [one, two, three] = yield* claim(3)
      assert(one !== undefined && two !== undefined && three !== undefined)
      yield* proceed(one, rejected)
      yield* proceed(two, parked)
      yield* open(three)
      assert.deepStrictEqual(yield* counts, { ...none, RECEIVED: 1, REJECTED: 1, FAILED: 1, READY: 1 })
      yield* record(three, 1, succeeded)
      assert.deepStrictEqual(yield* counts, { ...none, RECEIVED: 1, REJECTED: 1, FAILED: 1, DELIVERED: 1 })
    }).pipe(inWorld),
  )
})

describe("LeadReader.recent", () => {
  it.effect("lists the newest leads first, across partitions, page by page", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const older = yield* receive(3)
      yield* sql`SELECT setval('inbound_lead_id_seq', 1999998)`
      const newer = yield* receive(3)
      const all = [...older, ...newer].toReversed()
      assert.deepStrictEqual(yield* recent({}), all)
      assert.deepStrictEqual(yield* recent({ limit: 4 }), all.slice(0, 4))
      assert.deepStrictEqual(yield* recent({ limit: 4, before: all[3] }), all.slice(4))
      assert.deepStrictEqual(yield* recent({ before: all.at(-1) }), [])
    }).pipe(inWorld),
  )

  it.effect("lists the leads of one status", () =>
    Effect.gen(function* () {
      yield* receive(3)
      const [one, two] = yield* claim(2)
      assert(one !== undefined && two !== undefined)
      yield* proceed(one, rejected)
      yield* proceed(two, rejected)
      const both = [one.id, two.id].sort((a, b) => b - a)
      assert.deepStrictEqual(yield* recent({ status: "REJECTED" }), both)
      assert.deepStrictEqual(yield* recent({ status: "REJECTED", limit: 1, before: both[0] }), both.slice(1))
      assert.deepStrictEqual(yield* recent({ status: "DELIVERED" }), [])
    }).pipe(inWorld),
  )

  it.effect("says of each lead when it came, where it is and why", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lead = yield* claimOne
      yield* proceed(lead, rejected)
      const [line] = yield* LeadReader.use((reader) =>
        reader.recent({ limit: 1, before: undefined, status: undefined }),
      )
      assert.deepStrictEqual(line, {
        id: lead.id,
        receivedAt: (yield* history(lead.id)).receivedAt,
        status: "REJECTED",
        rejectionReason: rejected.reason,
      })
    }).pipe(inWorld),
  )
})

describe("LeadReader.payloads", () => {
  it.effect("gives what the newest leads came with, every digit kept and each on one line", () =>
    Effect.gen(function* () {
      const intake = yield* LeadIntake
      const id = yield* intake.receive(newLead('{"id":12345678901234567890,"note":"one\\ntwo"}'))
      const newer = yield* receive(2)
      const payloads = (options: { readonly limit: number; readonly before?: LeadId }) =>
        LeadReader.use((reader) => reader.payloads({ before: undefined, status: undefined, ...options }))
      const all = yield* payloads({ limit: 10 })
      assert.deepStrictEqual(
        all.map((lead) => lead.id),
        [...newer, id].toSorted((a, b) => b - a),
      )
      const last = all.at(-1)?.json ?? ""
      assert.deepStrictEqual([last.split("\n").length, /\d{20}/.exec(last)?.[0]], [1, "12345678901234567890"])
      assert.deepStrictEqual(yield* payloads({ limit: 1 }), all.slice(0, 1))
      assert.deepStrictEqual(yield* payloads({ limit: 10, before: newer[0] as LeadId }), all.slice(-1))
    }).pipe(inWorld),
  )
})

describe("LeadReader.history", () => {
  it.effect("is none for an id that was never given, however large", () =>
    Effect.gen(function* () {
      const reader = yield* LeadReader
      for (const id of [1, 3_000_000_000, Number.MAX_SAFE_INTEGER]) {
        assert.deepStrictEqual(yield* reader.history(LeadId.make(id)), Option.none())
      }
    }).pipe(inWorld),
  )

  it.effect("finds a lead whose id needs more than 32 bits", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('inbound_lead_id_seq', 3000000000)`
      yield* maintainPartitions
      yield* receive(1)
      const lead = yield* claimOne
      yield* open(lead)
      yield* record(lead, 1, failed)
      assert.strictEqual(lead.id, LeadId.make(3_000_000_001))
      assert.strictEqual((yield* history(lead.id)).deliveryAttempts.length, 1)
      assert.deepStrictEqual(yield* recent({ before: LeadId.make(3_000_000_002) }), [lead.id])
    }).pipe(inWorld),
  )

  it.effect("shows the payload and what was decided digit for digit", () =>
    Effect.gen(function* () {
      const intake = yield* LeadIntake
      const id = yield* intake.receive(
        newLead('{"id": 12345678901234567890, "__proto__": {"a": 0.10000000000000000001}}'),
      )
      const lead = yield* claimOne
      const { payload } = lead
      assert(payload !== null)
      yield* proceed(lead, { ...parked, normalized: payload, details: payload })
      const { events, normalizedPayload, rawPayload } = yield* history(id)
      const expected = '{"id":12345678901234567890,"__proto__":{"a":0.10000000000000000001}}'
      for (const json of [rawPayload, normalizedPayload, events[1]?.details ?? null]) {
        assert.strictEqual(stringify(json), expected)
      }
    }).pipe(inWorld),
  )

  it.effect("lists attempts and events in the order they came in", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      yield* open(first)
      yield* record(first, 1, failed)
      yield* timeComes(first.id)
      const second = yield* claimOne
      yield* open(second)
      yield* record(second, 2, succeeded)
      const { deliveryAttempts, events } = yield* history(first.id)
      assert.deepStrictEqual(
        deliveryAttempts.map(({ attemptNo, success }) => [attemptNo, success]),
        [
          [1, false],
          [2, true],
        ],
      )
      assert.deepStrictEqual(
        events.map((event) => event.type),
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
      assert.isTrue(events.every(({ at }, index) => index === 0 || at >= (events[index - 1]?.at ?? at)))
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
      assert.isNull(yield* nextAttemptAt(lead.id))
      yield* open(lead)
      assert.isNull(yield* nextAttemptAt(lead.id))
      yield* record(lead, 1, failed)
      assert.isNotNull(yield* nextAttemptAt(lead.id))
      yield* timeComes(lead.id)
      yield* open(yield* claimOne)
      assert.isNull(yield* nextAttemptAt(lead.id))
      yield* proceed(other, parked)
      assert.isNull(yield* nextAttemptAt(other.id))
    }).pipe(inWorld),
  )
})
