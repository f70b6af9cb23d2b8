import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { LeadIntake, LeadReader, type NewLead } from "../src/index.ts"
import {
  cutLockWaiters,
  eventsOf,
  holdOpen,
  inWorld,
  lockWaiters,
  newLead,
  receive,
} from "./support/world.ts"

const store = (lead: NewLead) => LeadIntake.use((intake) => intake.receive(lead))

const received = LeadReader.use((reader) => Effect.map(reader.counts, (counts) => counts.RECEIVED))

/** The payload as Postgres prints it. */
const payloadText = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ text: string }>`SELECT raw_payload::text AS text FROM inbound_lead WHERE id = ${id}`,
      (rows) => rows[0]?.text,
    ),
  )

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`

describe("LeadIntake", () => {
  it.effect("has committed a row, its event and its count for every id that it returns", () =>
    Effect.gen(function* () {
      const ids = yield* receive(500)
      assert.strictEqual(new Set(ids).size, 500)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ id: bigint; index: number }>`
        SELECT lead.id, (raw_payload ->> 'index')::integer AS index
        FROM inbound_lead lead JOIN lead_event ON lead_id = lead.id AND type = 'received'
          JOIN open_lead ON open_lead.id = lead.id
        WHERE status = 'RECEIVED' AND due_at <= now()`
      assert.strictEqual(rows.length, 500)
      for (const { id, index } of rows) assert.strictEqual(ids[index], Number(id))
      assert.strictEqual(yield* received, 500)
    }).pipe(inWorld),
  )

  it.effect("stores everything that is told of a lead", () =>
    Effect.gen(function* () {
      const lead = newLead({ phone: "+49123456789" })
      yield* store({ ...lead, sourceHeaders: '{"x-a":["1","2"]}', correlationId: "c-1" })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`SELECT raw_payload, source_headers, payload_hash, correlation_id FROM inbound_lead`,
        [
          {
            raw_payload: { phone: "+49123456789" },
            source_headers: { "x-a": ["1", "2"] },
            payload_hash: lead.payloadHash,
            correlation_id: "c-1",
          },
        ],
      )
    }).pipe(inWorld),
  )

  for (const [what, payload] of [
    ["20 digits", '{"id": 12345678901234567890}'],
    ["more decimals than a double holds", '{"price": 0.12345678901234567890123}'],
    ["a key named __proto__", '{"__proto__": {"polluted": true}}'],
    ["an empty key", '{"": {"": null}}'],
    ["512 levels", nested(512).replaceAll(":", ": ")],
    ["letters of all kinds", '{"name": "Zoë 🏡 \u202E \uFFFD \\u0001 \\\\u0000"}'],
  ] as const) {
    it.effect(`keeps a payload with ${what}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* payloadText(yield* store(newLead(payload))), payload)
      }).pipe(inWorld),
    )
  }

  it.effect("keeps a payload of 10,000 keys, and one of 2 MB", () =>
    Effect.gen(function* () {
      const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]))
      const large = { text: "x".repeat(2_000_000) }
      const sql = yield* PgClient.PgClient
      for (const payload of [keys, large]) {
        const id = yield* store(newLead(payload))
        const rows = yield* sql`SELECT raw_payload FROM inbound_lead WHERE id = ${id}`
        assert.deepStrictEqual(rows, [{ raw_payload: payload }])
      }
    }).pipe(inWorld),
  )

  it.effect("lets one lead of 200 that Postgres refuses cost only itself; the others get their own ids", () =>
    Effect.gen(function* () {
      const exits = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => index),
        (index) => Effect.exit(store(newLead(index === 77 ? '{"bad": "\\u0000"}' : { index }))),
        { concurrency: "unbounded" },
      )
      for (const [index, exit] of exits.entries()) {
        if (index === 77) {
          const error = Exit.findErrorOption(exit)
          assert(error._tag === "Some")
          assert.deepInclude(error.value, { _tag: "DataRefused", sqlState: "22P05" })
        } else {
          assert(Exit.isSuccess(exit))
          assert.strictEqual(yield* payloadText(exit.value), `{"index": ${index}}`)
        }
      }
      assert.strictEqual(yield* received, 199)
    }).pipe(inWorld),
  )

  it.effect("refuses a hash that is none and a payload that is no object, as bad data", () =>
    Effect.gen(function* () {
      for (const lead of [{ ...newLead(), payloadHash: "abc" }, newLead("[]"), newLead("not JSON")]) {
        assert.strictEqual((yield* Effect.flip(store(lead)))._tag, "DataRefused")
      }
      assert.strictEqual(yield* received, 0)
    }).pipe(inWorld),
  )

  it.effect("says that Postgres is away when the connection is cut, stores nothing half, and recovers", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE lead_count`)
      const storing = yield* Effect.forkChild(Effect.flip(store(newLead({ cut: true }))))
      yield* lockWaiters(1)
      yield* cutLockWaiters
      assert.deepInclude(yield* Fiber.join(storing), { _tag: "StoreUnavailable" })
      yield* unlock

      const [id] = yield* receive(1)
      assert(id !== undefined)
      assert.deepStrictEqual(yield* eventsOf(id), ["received"])
      assert.strictEqual(yield* received, 2)
    }).pipe(inWorld),
  )

  it.effect("tells a sender to come again after 5 s of silence, and frees itself after 10 s", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE inbound_lead`)
      const storing = yield* Effect.forkChild(Effect.flip(store(newLead({ n: 1 }))))
      yield* lockWaiters(1)
      const waiting = yield* Effect.forkChild(Effect.flip(store(newLead({ n: 2 }))))
      yield* Effect.yieldNow
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(storing), { _tag: "StoreUnavailable" })
      assert.deepInclude(yield* Fiber.join(waiting), { _tag: "StoreUnavailable" })

      yield* TestClock.adjust("5 seconds")
      yield* lockWaiters(0)
      yield* unlock
      assert.strictEqual((yield* receive(3)).length, 3)
      // Neither the lead whose statement was given up nor the one that waited behind it came in later.
      assert.strictEqual(yield* received, 4)
    }).pipe(inWorld),
  )
})
