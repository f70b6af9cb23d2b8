/** No payload of 1 MiB makes a history of more than 4 MiB, whatever happens to its lead. */
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import {
  claimOne,
  complete,
  delivery,
  failed,
  history,
  inWorld,
  newLead,
  open,
  ready,
  receiveLead,
  replay,
  send,
  step,
  succeeded,
  timeComes,
} from "./support/world.ts"

const megabyte = 1024 ** 2

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

/** A lead whose documents are as large as a decision may make them. */
const large = Effect.gen(function* () {
  const text = "\u{1D160}".repeat(megabyte / 4 - 10)
  yield* receiveLead(newLead({ text }))
  const lead = yield* claimOne
  const document = JSON.stringify({ text: "x".repeat(1.2 * megabyte - 12) })
  const omitted = Array.from({ length: 200 }, (_, index) => ({
    name: "n".repeat(60),
    reason: "not_an_allowed_value",
    index,
  }))
  const unread = Array.from({ length: 100 }, (_, index) => ({
    path: `${"p".repeat(60)}.${index}`,
    kind: "phone",
  }))
  yield* step(lead, {
    ...ready,
    normalized: document,
    omitted,
    unread,
    delivery: { ...delivery, body: document },
  })
  return lead
})

/** Inserts rows as so many attempts, decisions and events would leave. */
const fill = Effect.fnUntraced(function* (id: LeadId, count: number) {
  const sql = yield* PgClient.PgClient
  yield* sql`
    INSERT INTO attempt (id, lead_id, delivery_no, attempt_no, requested_at, success, outcome_unknown, is_probe, response_status,
      response_body, error_message, fault, customer_reason)
    SELECT nextval('attempt_id_seq'), ${id}, 0, no, now(), false, false, false, 500, repeat(E'\\x01', 65536), 'the customer answered 500',
      'customer', repeat(E'\\x01', 500)
    FROM generate_series(2, ${count}::integer) AS no`
  yield* sql`
    INSERT INTO decision (lead_id, delivery_no, verdict, details, omitted_attributes, decided_with)
    SELECT ${id}, no, 'READY', json_build_object('flags', repeat('f', 5000)), '[]', '{}' FROM generate_series(1, least(${count}::integer, 30000)) AS no`
  yield* sql`
    INSERT INTO lead_event (lead_id, type, details)
    SELECT ${id}, 'snoozed', json_build_object('because', repeat('b', 500)) FROM generate_series(1, ${count}::integer)`
})

describe("a history", () => {
  it.live("is below 4 MiB with the largest documents, and says what it leaves out", () =>
    Effect.gen(function* () {
      const { leadId } = yield* large
      yield* complete({ leadId, deliveryNo: 0, lease: yield* leaseOf(leadId) }, 1, {
        ...failed,
        responseBody: "\u0001".repeat(65_536),
      })
      yield* fill(leadId, 2000)
      const found = yield* history(leadId)
      assert.isBelow(bytesOf(found), 4 * megabyte)
      assert.lengthOf(found.deliveryAttempts, 50)
      assert.strictEqual(found.deliveryAttempts.at(-1)?.attemptNo, 2000)
      assert.isAtMost(found.events.length, 400)
      assert.strictEqual(found.events[0]?.type, "received")
      assert.strictEqual(found.leftOut?.deliveryAttempts, 1950)
      assert.strictEqual(found.leftOut?.responseBodies, 50)
      assert.isAbove(found.leftOut?.events ?? 0, 5000)
    }).pipe(inWorld),
  )

  it.live("shows the newest bodies in full", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send({ ...failed, responseBody: "a".repeat(60_000) })
      for (const no of [2, 3, 4]) {
        yield* timeComes(leadId)
        const lead = yield* claimOne
        yield* open(lead)
        yield* complete(lead, no, { ...failed, responseBody: String(no).repeat(60_000) })
      }
      const { deliveryAttempts, leftOut } = yield* history(leadId)
      assert.deepStrictEqual(
        deliveryAttempts.map(({ responseBody }) => responseBody?.length),
        [200, 200, 60_000, 60_000],
      )
      assert.deepStrictEqual(leftOut, { deliveryAttempts: 0, responseBodies: 2, events: 0 })
    }).pipe(inWorld),
  )

  it.live("of many replays has the newest events, and the webhook", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send({
        ...failed,
        next: { state: "PERMANENTLY_FAILED", reason: "X" as never },
      })
      for (let no = 0; no < 60; no++) {
        yield* replay(`r-${no}`, { ids: [leadId] } as never)
        const lead = yield* claimOne
        yield* open(lead)
        yield* complete(
          lead,
          no + 2,
          no === 59 ? succeeded : { ...failed, next: { state: "PERMANENTLY_FAILED", reason: "X" as never } },
        )
      }
      const { events, leftOut, status } = yield* history(leadId)
      assert.strictEqual(status, "DELIVERED")
      assert.deepStrictEqual([events[0]?.type, events.at(-1)?.type], ["received", "delivered"])
      assert.strictEqual(leftOut?.deliveryAttempts, 11)
    }).pipe(inWorld),
  )

  it.live("of an ordinary lead leaves out nothing", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(succeeded)
      assert.isNull((yield* history(leadId)).leftOut)
    }).pipe(inWorld),
  )
})

const leaseOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ lease: string }>`SELECT lease FROM work WHERE lead_id = ${id}`,
      ([row]) => row?.lease ?? "",
    ),
  )
