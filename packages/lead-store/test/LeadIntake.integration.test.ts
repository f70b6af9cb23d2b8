import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import {
  bothCounts,
  cutLockWaiters,
  eventsOf,
  holdOpen,
  inWorld,
  lockWaiters,
  newLead,
  receive,
  receiveLead,
} from "./support/world.ts"

/** A lead's payload, byte for byte. */
const payloadText = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ text: string }>`SELECT raw_payload::text AS text FROM lead WHERE id = ${id}`,
      (rows) => rows[0]?.text,
    ),
  )

/** The counts, which agree with the rows. */
const counts = Effect.map(bothCounts, ({ counted, kept }) => {
  assert.deepStrictEqual(kept, counted)
  return kept
})

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`

describe("LeadIntake", () => {
  it.effect("has committed a lead, its work and its count for every id that it returns", () =>
    Effect.gen(function* () {
      const ids = yield* receive(500)
      assert.strictEqual(new Set(ids).size, 500)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ id: bigint; index: number }>`
        SELECT lead.id, (raw_payload ->> 'index')::integer AS index
        FROM lead JOIN work ON lead_id = lead.id
        WHERE state = 'RECEIVED' AND delivery_no = 0 AND lane = 0 AND due_at <= now() AND scheduled_at <= now()
          AND lease IS NULL AND NOT attempt_is_open AND attempt_no = 0 AND work.received_at = lead.received_at`
      assert.strictEqual(rows.length, 500)
      for (const { id, index } of rows) assert.strictEqual(ids[index], Number(id))
      assert.deepStrictEqual(yield* counts, { RECEIVED: 500, TOTAL: 500 })
      assert.deepStrictEqual(yield* eventsOf(ids[0] ?? assert.fail()), [])
    }).pipe(inWorld),
  )

  it.effect("stores everything about a lead", () =>
    Effect.gen(function* () {
      const lead = newLead({ phone: "+49123456789" })
      yield* receiveLead({ ...lead, sourceHeaders: '{"x-a":["1","2"]}', correlationId: "c-1" })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT raw_payload, source_headers, payload_hash, correlation_id, status, rejection_reason FROM inbound_lead`,
        [
          {
            raw_payload: { phone: "+49123456789" },
            source_headers: { "x-a": ["1", "2"] },
            payload_hash: Buffer.from(lead.payloadHash).toString("hex"),
            correlation_id: "c-1",
            status: "RECEIVED",
            rejection_reason: null,
          },
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("leaves a lead to the queue for the given time, and lets a claim by id have it at once", () =>
    Effect.gen(function* () {
      yield* receiveLead({ ...newLead(), queuePatienceMs: 10_000 })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT extract(epoch FROM due_at - received_at)::float8 AS due, scheduled_at = received_at AS at_once
          FROM work`,
        [{ due: 10, at_once: true }],
      )
    }).pipe(inWorld),
  )

  for (const [what, payload] of [
    ["20 digits", '{"id":12345678901234567890}'],
    ["more decimals than a double holds", '{"price": 0.12345678901234567890123}'],
    ["a key named __proto__", '{"__proto__": {"polluted": true}}'],
    ["an empty key", '{"": {"": null}}'],
    ["512 levels", nested(512)],
    ["letters of all kinds", '{"name": "Zoë 🏡 \u202E \uFFFD \\u0001 \\\\u0000"}'],
    ["white space, and a key twice", ' {"a" :1,\n"a":\t2} '],
  ] as const) {
    it.effect(`keeps a payload as it came, with ${what}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* payloadText(yield* receiveLead(newLead(payload))), payload)
      }).pipe(inWorld),
    )
  }

  it.effect("keeps a payload of 10,000 keys, and one of 2 MB", () =>
    Effect.gen(function* () {
      const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]))
      for (const payload of [keys, { text: "x".repeat(2_000_000) }]) {
        const id = yield* receiveLead(newLead(payload))
        assert.strictEqual(yield* payloadText(id), JSON.stringify(payload))
      }
    }).pipe(inWorld),
  )

  it.effect("stores large leads in statements of their own", () =>
    Effect.gen(function* () {
      const payloads = [{ n: 1 }, { n: 2, notes: "x".repeat(100_000) }, { n: 3 }]
      yield* Effect.all(
        payloads.map((payload) => receiveLead(newLead(payload))),
        { concurrency: "unbounded" },
      )
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ statement: string }>`
        SELECT xmin::text AS statement FROM lead ORDER BY (raw_payload ->> 'n')::integer`
      const [first, large, third] = rows.map(({ statement }) => statement)
      assert.strictEqual(first, third)
      assert.notStrictEqual(first, large)
    }).pipe(inWorld),
  )

  it.effect("lets one lead of 200 that Postgres refuses cost only itself; the others get their own ids", () =>
    Effect.gen(function* () {
      const exits = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => index),
        (index) => Effect.exit(receiveLead(newLead(index === 77 ? '{"bad": nothing}' : { index }))),
        { concurrency: "unbounded" },
      )
      for (const [index, exit] of exits.entries()) {
        if (index === 77) {
          const error = Exit.findErrorOption(exit)
          assert(error._tag === "Some")
          assert.deepInclude(error.value, { _tag: "DataRefused", sqlState: "22P02" })
        } else {
          assert(Exit.isSuccess(exit))
          assert.strictEqual(yield* payloadText(exit.value), `{"index":${index}}`)
        }
      }
      assert.deepStrictEqual(yield* counts, { RECEIVED: 199, TOTAL: 199 })
    }).pipe(inWorld),
  )

  it.effect("refuses a hash that is none and a payload that is no object, as bad data", () =>
    Effect.gen(function* () {
      const hash = { ...newLead(), payloadHash: Buffer.from("abc") }
      for (const lead of [hash, newLead("[]"), newLead("not JSON")]) {
        assert.strictEqual((yield* Effect.flip(receiveLead(lead)))._tag, "DataRefused")
      }
      assert.deepStrictEqual(yield* counts, {})
    }).pipe(inWorld),
  )

  it.effect("says that Postgres is away when the connection is cut, stores nothing half, and recovers", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE lead_count`)
      const storing = yield* Effect.forkChild(Effect.flip(receiveLead(newLead({ cut: true }))))
      yield* lockWaiters(1)
      yield* cutLockWaiters
      assert.deepInclude(yield* Fiber.join(storing), { _tag: "StoreUnavailable" })
      yield* unlock
      yield* receive(1)
      assert.deepStrictEqual(yield* counts, { RECEIVED: 2, TOTAL: 2 })
    }).pipe(inWorld),
  )

  it.effect("counts of statements that run beside each other do not wait for each other", () =>
    Effect.gen(function* () {
      yield* receive(1)
      // A statement that counted in the only existing segment would wait for this.
      const unlock = yield* holdOpen((sql) => sql`SELECT FROM lead_count FOR UPDATE`)
      const first = yield* Effect.forkChild(receiveLead(newLead()))
      yield* lockWaiters(1)
      yield* receiveLead(newLead())
      assert.isUndefined(first.pollUnsafe())
      yield* unlock
      yield* Fiber.join(first)
      assert.deepStrictEqual(yield* counts, { RECEIVED: 3, TOTAL: 3 })
    }).pipe(inWorld),
  )

  it.effect("fails as unavailable after 5 s without an answer, and cancels the statement after 10 s", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE lead`)
      const started = performance.now()
      const storing = yield* Effect.forkChild(Effect.flip(receiveLead(newLead({ n: 1 }))))
      yield* lockWaiters(1)
      const others = yield* Effect.forEach([2, 3, 4], (n) =>
        Effect.forkChild(Effect.flip(receiveLead(newLead({ n })))),
      )
      for (const fiber of [storing, ...others]) {
        assert.deepInclude(yield* Fiber.join(fiber), { _tag: "StoreUnavailable" })
      }
      assert.isAtLeast(performance.now() - started, 5000)
      assert.isBelow(performance.now() - started, 7000)

      yield* TestClock.adjust("10 seconds")
      yield* lockWaiters(0)
      yield* unlock
      assert.strictEqual((yield* receive(3)).length, 3)
      // None of those that were refused came in later.
      assert.deepStrictEqual(yield* counts, { RECEIVED: 4, TOTAL: 4 })
    }).pipe(inWorld),
  )
})
