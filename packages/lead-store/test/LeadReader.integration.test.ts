import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadStatus, LeadStatus as Statuses } from "@lead-gateway/lead"
import { Effect } from "effect"
import { LeadReader, maintainPartitions } from "../src/index.ts"
import {
  claim,
  claimNew,
  complete,
  failed,
  inWorld,
  newLead,
  open,
  openNew,
  parked,
  receive,
  receiveLead,
  refused,
  rejected,
  replay,
  send,
  step,
  succeeded,
  timeComes,
  unknown,
} from "./support/world.ts"

interface Page {
  readonly limit?: number
  readonly before?: LeadId | undefined
  readonly status?: LeadStatus | undefined
}

const page = (options: Page) => ({ limit: 50, before: undefined, status: undefined, ...options })

const recent = (options: Page) =>
  LeadReader.use((reader) =>
    Effect.map(reader.recent(page(options)), (leads) => leads.map((lead) => lead.id)),
  )

const counts = LeadReader.use((reader) => reader.counts)

const none = { RECEIVED: 0, REJECTED: 0, READY: 0, DELIVERED: 0, FAILED: 0, PERMANENTLY_FAILED: 0 }

/** A lead in each state, in the order in which they came. */
const oneInEachState = Effect.gen(function* () {
  const retrying = yield* send(failed)
  const parkedLead = yield* Effect.tap(claimNew, (lead) => step(lead, parked))
  const rejectedLead = yield* Effect.tap(claimNew, (lead) => step(lead, rejected))
  const delivered = yield* send(succeeded)
  const refusedLead = yield* send(refused)
  const ready = yield* openNew
  const [received] = yield* receive(1)
  assert(received !== undefined)
  return {
    retrying: retrying.leadId,
    parked: parkedLead.leadId,
    rejected: rejectedLead.leadId,
    delivered: delivered.leadId,
    refused: refusedLead.leadId,
    ready: ready.leadId,
    received,
  }
})

/** A lead that was delivered by a late success while its second attempt is open: it is in both tables. */
const endedWhileOpen = Effect.gen(function* () {
  const first = yield* send(unknown)
  yield* timeComes(first.leadId)
  const [second] = yield* claim(1)
  assert(second !== undefined)
  yield* open(second)
  assert.isTrue(yield* complete(first, 1, succeeded))
  return second
})

describe("LeadReader.counts", () => {
  it.effect("has every status, with 0 for those that no lead is in", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* counts, none)
      yield* receive(1)
      assert.deepStrictEqual(yield* counts, { ...none, RECEIVED: 1 })
    }).pipe(inWorld),
  )

  it.effect("has leads that wait for a retry and parked ones as FAILED", () =>
    Effect.gen(function* () {
      yield* oneInEachState
      assert.deepStrictEqual(yield* counts, {
        RECEIVED: 1,
        REJECTED: 1,
        READY: 1,
        DELIVERED: 1,
        FAILED: 2,
        PERMANENTLY_FAILED: 1,
      })
    }).pipe(inWorld),
  )
})

describe("LeadReader.recent", () => {
  it.effect("lists the newest leads first, across partitions, page by page", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const older = Object.values(yield* oneInEachState)
      yield* sql`SELECT setval('lead_id_seq', 1999998)`
      const newer = Object.values(yield* oneInEachState)
      const all = [...older, ...newer].toReversed()
      assert.deepStrictEqual(yield* recent({}), all)
      for (let limit = 1; limit <= all.length + 1; limit++) {
        const paged: Array<LeadId> = []
        for (;;) {
          const part = yield* recent({ limit, before: paged.at(-1) })
          paged.push(...part)
          if (part.length < limit) break
        }
        assert.deepStrictEqual(paged, all)
      }
      assert.deepStrictEqual(yield* recent({ before: all.at(-1) }), [])
    }).pipe(inWorld),
  )

  it.effect("lists the leads of one status, those of FAILED from both tables", () =>
    Effect.gen(function* () {
      const first = yield* oneInEachState
      const second = yield* oneInEachState
      const expected: Record<LeadStatus, ReadonlyArray<LeadId>> = {
        RECEIVED: [second.received, first.received],
        REJECTED: [second.rejected, first.rejected],
        READY: [second.ready, first.ready],
        DELIVERED: [second.delivered, first.delivered],
        FAILED: [second.parked, second.retrying, first.parked, first.retrying],
        PERMANENTLY_FAILED: [second.refused, first.refused],
      }
      for (const status of Statuses.literals) {
        const ids = expected[status]
        assert.deepStrictEqual(yield* recent({ status }), ids, status)
        assert.deepStrictEqual(yield* recent({ status, limit: 1 }), ids.slice(0, 1))
        assert.deepStrictEqual(yield* recent({ status, limit: 2, before: ids[0] }), ids.slice(1, 3))
        assert.deepStrictEqual(yield* recent({ status, before: ids.at(-1) }), [])
      }
    }).pipe(inWorld),
  )

  it.effect("lists a lead once that has ended while an attempt of it is open", () =>
    Effect.gen(function* () {
      const { leadId } = yield* endedWhileOpen
      const reader = yield* LeadReader
      const lines = yield* reader.recent(page({}))
      assert.deepStrictEqual(
        lines.map(({ id, status }) => [id, status]),
        [[leadId, "DELIVERED"]],
      )
      assert.deepStrictEqual(yield* recent({ status: "DELIVERED" }), [leadId])
      assert.deepStrictEqual(yield* recent({ status: "FAILED" }), [])
    }).pipe(inWorld),
  )

  it.effect("lists a lead that was replayed as RECEIVED", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(refused)
      yield* replay("again", { ids: [leadId] })
      assert.deepStrictEqual(yield* recent({ status: "RECEIVED" }), [leadId])
      assert.deepStrictEqual(yield* recent({}), [leadId])
    }).pipe(inWorld),
  )

  it.effect("says of each lead when it came, where it is and why", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* oneInEachState
      const received = new Map(
        (yield* sql<{ id: bigint; received_at: Date }>`SELECT id, received_at FROM lead`).map((row) => [
          Number(row.id),
          row.received_at,
        ]),
      )
      const lines = yield* LeadReader.use((reader) => reader.recent(page({})))
      assert.deepStrictEqual(
        lines.map(({ rejectionReason, status }) => [status, rejectionReason as string | null]),
        [
          ["RECEIVED", null],
          ["READY", null],
          ["PERMANENTLY_FAILED", "CUSTOMER_REFUSED"],
          ["DELIVERED", null],
          ["REJECTED", "ZIP_NOT_66XXX"],
          ["FAILED", "MISSING_REQUIRED_FIELD"],
          ["FAILED", null],
        ],
      )
      for (const { id, receivedAt } of lines) assert.deepStrictEqual(receivedAt, received.get(id))
    }).pipe(inWorld),
  )

  it.effect("shows nothing of another tenant", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { delivered, received } = yield* oneInEachState
      yield* sql`INSERT INTO tenant (id, name) VALUES (2, 'another')`
      yield* sql`UPDATE lead SET tenant_id = 2`
      yield* sql`UPDATE work SET tenant_id = 2`
      yield* sql`UPDATE settled_lead SET tenant_id = 2`
      yield* sql`UPDATE lead_count SET tenant_id = 2`
      assert.deepStrictEqual(yield* recent({}), [])
      for (const status of Statuses.literals) assert.deepStrictEqual(yield* recent({ status }), [])
      assert.deepStrictEqual(yield* counts, none)
      const reader = yield* LeadReader
      for (const id of [delivered, received]) assert.isTrue((yield* reader.history(id))._tag === "None")
      yield* sql`UPDATE settled_lead SET tenant_id = 1`
      assert.deepStrictEqual(yield* reader.payloads(page({})), [])
    }).pipe(inWorld),
  )
})

describe("LeadReader.payloads", () => {
  it.effect("gives what the newest leads came with, every digit kept and each on one line", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const id = yield* receiveLead(newLead('{"id":12345678901234567890,\r\n"note":"one\\ntwo"}'))
      yield* sql`SELECT setval('lead_id_seq', 999998)`
      const newer = yield* receive(3)
      const payloads = (options: Page) => LeadReader.use((reader) => reader.payloads(page(options)))
      const all = yield* payloads({})
      assert.deepStrictEqual(
        all.map((lead) => lead.id),
        [...newer.toReversed(), id],
      )
      assert.strictEqual(all.at(-1)?.json, '{"id":12345678901234567890,  "note":"one\\ntwo"}')
      assert.deepStrictEqual(yield* payloads({ limit: 1 }), all.slice(0, 1))
      assert.deepStrictEqual(yield* payloads({ before: newer[0] }), all.slice(-1))
      assert.deepStrictEqual(yield* payloads({ status: "REJECTED" }), [])
    }).pipe(inWorld),
  )

  it.effect("leaves out leads whose partition has gone", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* receive(1)
      yield* sql`SELECT setval('lead_id_seq', 999999)`
      const [newer] = yield* receive(1)
      yield* sql`DROP TABLE lead_p000000`
      const payloads = yield* LeadReader.use((reader) => reader.payloads(page({})))
      assert.deepStrictEqual(
        payloads.map(({ id }) => id),
        [newer],
      )
    }).pipe(inWorld),
  )

  it.effect("finds a lead whose id needs more than 32 bits", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 3000000000)`
      yield* maintainPartitions
      const { leadId } = yield* send(failed)
      assert.strictEqual(leadId, LeadId.make(3_000_000_001))
      assert.deepStrictEqual(yield* recent({ before: LeadId.make(3_000_000_002) }), [leadId])
      assert.strictEqual((yield* LeadReader.use((reader) => reader.payloads(page({})))).length, 1)
    }).pipe(inWorld),
  )
})
