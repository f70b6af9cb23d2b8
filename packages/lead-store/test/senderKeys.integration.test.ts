/** Webhooks that come more than once: by key and by body, at once, one after the other, and after crashes. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { hash } from "node:crypto"
import { type NewLead, type Received, removeExpiredKeys, type SenderKeyKind } from "../src/index.ts"
import {
  anotherProcess,
  bothCounts,
  cutLockWaiters,
  handIn as handInOnce,
  holdOpen,
  inWorld,
  lockWaiters,
  newLead,
} from "./support/world.ts"

interface Sent {
  readonly kind?: SenderKeyKind
  readonly payload?: string
  readonly correlationId?: string
  readonly ttlMs?: number
}

/** A lead with a key. */
const keyed = (
  key: string,
  { correlationId = "c", kind = "header", payload = "{}", ttlMs = 60_000 }: Sent = {},
): NewLead => ({
  ...newLead(payload),
  correlationId,
  senderKey: { kind, hash: hash("sha256", key, "binary"), ttlMs },
})

/** Hands a lead in, again where the machine is too busy: nothing is stored then. */
const handIn = (lead: NewLead) =>
  Effect.retry(handInOnce(lead), { while: ({ _tag }) => _tag === "StoreBusy" })

const all = (leads: ReadonlyArray<NewLead>) => Effect.all(leads.map(handIn), { concurrency: "unbounded" })

const tags = (results: ReadonlyArray<Received>) => {
  const counts: Record<string, number> = {}
  for (const { _tag } of results) counts[_tag] = (counts[_tag] ?? 0) + 1
  return counts
}

/** The leads and the keys that are there. */
const rows = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ readonly leads: number; readonly keys: number }>`
    SELECT (SELECT count(*) FROM lead)::integer AS leads, (SELECT count(*) FROM sender_key)::integer AS keys`
  const { counted, kept } = yield* bothCounts
  assert.deepStrictEqual(kept, counted)
  return row
})

const ageKeys = (interval: string) =>
  PgClient.PgClient.use((sql) =>
    sql.unsafe(`UPDATE sender_key SET expires_at = expires_at - interval '${interval}'`),
  )

describe("leads with senders' keys", () => {
  it.effect("are stored once; a duplicate gets the first one's id and correlation id", () =>
    Effect.gen(function* () {
      const first = yield* handIn(keyed("a", { correlationId: "first" }))
      assert(first._tag === "Stored")
      const again = yield* handIn(keyed("a", { correlationId: "second" }))
      assert.deepStrictEqual(again, { _tag: "Duplicate", leadId: first.leadId, correlationId: "first" })
      assert.deepStrictEqual(yield* handIn(keyed("a", { payload: '{"b":1}' })), { _tag: "KeyConflict" })
      assert.strictEqual((yield* handIn(keyed("b")))._tag, "Stored")
      assert.deepStrictEqual(yield* rows, { leads: 2, keys: 2 })
    }).pipe(inWorld),
  )

  it.effect("are different where the keys are from different places", () =>
    Effect.gen(function* () {
      const kinds = ["header", "field", "payload"] as const
      const results = yield* all(kinds.map((kind) => keyed("a", { kind })))
      assert.deepStrictEqual(tags(results), { Stored: 3 })
    }).pipe(inWorld),
  )

  it.effect("share a batch with others: every lead gets its own result", () =>
    Effect.gen(function* () {
      yield* handIn(keyed("old", { payload: '{"n":0}', correlationId: "old" }))
      const results = yield* all([
        newLead('{"n":1}'),
        keyed("old", { payload: '{"n":0}' }),
        keyed("new", { payload: '{"n":2}', correlationId: "new" }),
        keyed("old", { payload: '{"n":3}' }),
        keyed("new", { payload: '{"n":2}' }),
        keyed("old", { payload: '{"n":0}' }),
        keyed("new", { payload: '{"n":4}' }),
        newLead('{"n":5}'),
      ])
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        ["Stored", "Duplicate", "Stored", "KeyConflict", "Duplicate", "Duplicate", "KeyConflict", "Stored"],
      )
      const sql = yield* PgClient.PgClient
      const stored = yield* sql<{ readonly id: number; readonly n: number }>`
        SELECT id::float8 AS id, (raw_payload ->> 'n')::float8 AS n FROM lead ORDER BY n`
      const idOf = (index: number) => {
        const result = results[index]
        return result !== undefined && "leadId" in result ? result.leadId : assert.fail("no id")
      }
      assert.deepStrictEqual(
        stored.map(({ id, n }) => [n, id]),
        [
          [0, idOf(1)],
          [1, idOf(0)],
          [2, idOf(2)],
          [5, idOf(7)],
        ],
      )
      assert.deepStrictEqual(results[4], { _tag: "Duplicate", leadId: idOf(2), correlationId: "new" })
      assert.deepStrictEqual(yield* rows, { leads: 4, keys: 2 })
    }).pipe(inWorld),
  )

  it.effect("a batch of 500 with keys is one statement, and takes ids for new leads only", () =>
    Effect.gen(function* () {
      const leads = Array.from({ length: 500 }, (_, n) => keyed(`key ${n}`, { payload: `{"n":${n}}` }))
      assert.deepStrictEqual(tags(yield* all(leads)), { Stored: 500 })
      const sql = yield* PgClient.PgClient
      const statements = yield* sql`SELECT DISTINCT xmin::text FROM lead`
      assert.isAtMost(statements.length, 3)
      const versions = sql`SELECT ctid::text, xmin::text, xmax::text FROM sender_key ORDER BY key_hash`
      const before = yield* versions
      assert.deepStrictEqual(tags(yield* all(leads)), { Duplicate: 500 })
      assert.deepStrictEqual(yield* sql`SELECT last_value::integer AS last FROM lead_id_seq`, [{ last: 500 }])
      // Duplicates read: no row version, no row lock.
      assert.deepStrictEqual(yield* versions, before)
    }).pipe(inWorld),
  )

  it.effect("make one lead of 100 at once over two processes, round after round", () =>
    Effect.gen(function* () {
      const other = yield* anotherProcess
      for (let round = 0; round < 20; round++) {
        const lead = keyed(`round ${round}`)
        const half = Effect.all(
          Array.from({ length: 50 }, () => handIn(lead)),
          { concurrency: "unbounded" },
        )
        const results = yield* Effect.all([half, Effect.provideContext(half, other)], { concurrency: 2 })
        assert.deepStrictEqual(tags(results.flat()), { Stored: 1, Duplicate: 99 })
        assert.lengthOf(new Set(results.flat().map((result) => "leadId" in result && result.leadId)), 1)
        assert.deepStrictEqual(yield* rows, { leads: round + 1, keys: round + 1 })
      }
    }).pipe(inWorld),
  )

  it.effect("with many keys in both processes at once, in any order, cause no deadlock", () =>
    Effect.gen(function* () {
      const other = yield* anotherProcess
      for (let round = 1; round <= 5; round++) {
        const shuffled = Array.from({ length: 300 }, (_, n) => keyed(`${round}.${(n * 7) % 300}`))
        const results = yield* Effect.all(
          [all(shuffled), Effect.provideContext(all(shuffled.toReversed()), other)],
          { concurrency: 2 },
        )
        assert.deepStrictEqual(tags(results.flat()), { Stored: 300, Duplicate: 300 })
      }
      assert.deepStrictEqual(yield* rows, { leads: 1500, keys: 1500 })
    }).pipe(inWorld),
  )

  /** Lets statements that store leads wait, after they have written their keys, until the result is run. */
  const holdStatements = Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql`
      CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$`
    yield* sql`CREATE TRIGGER wait_for_test BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION wait_for_test()`
    return yield* holdOpen((other) => other`SELECT pg_advisory_xact_lock(7)`)
  })

  /** The results of two processes with one key, of which the second waits for the first, by when something happens. */
  const twoWait = Effect.fnUntraced(function* <E, R>(payload: string, between: Effect.Effect<unknown, E, R>) {
    const unlock = yield* holdStatements
    const other = yield* anotherProcess
    const first = yield* Effect.forkChild(Effect.result(handIn(keyed("a", { correlationId: "first" }))))
    yield* lockWaiters(1)
    const second = yield* Effect.forkChild(
      Effect.provideContext(Effect.result(handIn(keyed("a", { payload }))), other),
    )
    yield* lockWaiters(2)
    yield* between
    yield* unlock
    return [yield* Fiber.join(first), yield* Fiber.join(second)] as const
  })

  it.effect("wait for a statement with the same key that has not committed yet, and see what it stored", () =>
    Effect.gen(function* () {
      const [first, second] = yield* twoWait("{}", Effect.void)
      assert(first._tag === "Success" && first.success._tag === "Stored")
      assert(second._tag === "Success")
      const { leadId } = first.success
      assert.deepStrictEqual(second.success, { _tag: "Duplicate", leadId, correlationId: "first" })
      assert.deepStrictEqual(yield* rows, { leads: 1, keys: 1 })
    }).pipe(inWorld),
  )

  it.effect("wait for it with another body too, and conflict", () =>
    Effect.gen(function* () {
      const [first, second] = yield* twoWait('{"b":1}', Effect.void)
      assert(first._tag === "Success" && first.success._tag === "Stored")
      assert(second._tag === "Success")
      assert.deepStrictEqual(second.success, { _tag: "KeyConflict" })
    }).pipe(inWorld),
  )

  it.effect("are stored by the one that waits when the first one's connection dies before its commit", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // The first waits for the test, the second for the first.
      const cutFirst = sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`
      const [first, second] = yield* twoWait('{"b":1}', cutFirst)
      assert(first._tag === "Failure" && first.failure._tag === "StoreUnavailable")
      assert(second._tag === "Success" && second.success._tag === "Stored")
      assert.deepStrictEqual(yield* rows, { leads: 1, keys: 1 })
    }).pipe(inWorld),
  )

  it.effect("leave nothing behind when their statement is cut: the sender's next try stores them", () =>
    Effect.gen(function* () {
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE lead_count`)
      const storing = yield* Effect.forkChild(Effect.flip(handIn(keyed("a"))))
      yield* lockWaiters(1)
      yield* cutLockWaiters
      assert.strictEqual((yield* Fiber.join(storing))._tag, "StoreUnavailable")
      yield* unlock
      assert.strictEqual((yield* handIn(keyed("a")))._tag, "Stored")
      assert.deepStrictEqual(yield* rows, { leads: 1, keys: 1 })
    }).pipe(inWorld),
  )

  it.effect("that Postgres refuses use no key, and cost the others of their batch nothing", () =>
    Effect.gen(function* () {
      const leads = Array.from({ length: 50 }, (_, n) =>
        keyed(`key ${n}`, { payload: n === 20 ? "not JSON" : "{}" }),
      )
      const results = yield* Effect.all(
        leads.map((lead) => Effect.result(handIn(lead))),
        {
          concurrency: "unbounded",
        },
      )
      for (const [n, result] of results.entries()) {
        if (n === 20) assert(result._tag === "Failure" && result.failure._tag === "DataRefused")
        else assert(result._tag === "Success" && result.success._tag === "Stored")
      }
      assert.strictEqual((yield* handIn(keyed("key 20")))._tag, "Stored")
      assert.deepStrictEqual(yield* rows, { leads: 50, keys: 50 })
    }).pipe(inWorld),
  )

  it.effect("are new again once their key has expired, and expired keys are removed in steps", () =>
    Effect.gen(function* () {
      const lead = (n: number) => keyed(`key ${n}`, { ttlMs: 3_600_000 })
      const leads = Array.from({ length: 2500 }, (_, n) => lead(n))
      yield* all(leads)
      yield* ageKeys("59 minutes")
      assert.strictEqual((yield* handIn(lead(0)))._tag, "Duplicate")
      assert.strictEqual(yield* removeExpiredKeys, 0)

      yield* ageKeys("1 minute")
      // It is not removed yet, and taken over, with its body.
      assert.strictEqual(
        (yield* handIn(keyed("key 0", { payload: '{"b":1}', ttlMs: 60_000 })))._tag,
        "Stored",
      )
      assert.strictEqual((yield* handIn(keyed("key 0", { payload: '{"b":1}' })))._tag, "Duplicate")
      assert.strictEqual((yield* handIn(lead(0)))._tag, "KeyConflict")

      assert.strictEqual(yield* removeExpiredKeys, 2499)
      assert.deepStrictEqual(yield* rows, { leads: 2501, keys: 1 })
      assert.strictEqual((yield* handIn(lead(1)))._tag, "Stored")
    }).pipe(inWorld),
  )

  it.effect("make one lead of 100 at once also where an expired key is taken over", () =>
    Effect.gen(function* () {
      const other = yield* anotherProcess
      yield* handIn(keyed("a"))
      yield* ageKeys("1 hour")
      const half = Effect.all(
        Array.from({ length: 50 }, () => handIn(keyed("a"))),
        { concurrency: "unbounded" },
      )
      const results = yield* Effect.all([half, Effect.provideContext(half, other)], { concurrency: 2 })
      assert.deepStrictEqual(tags(results.flat()), { Stored: 1, Duplicate: 99 })
      assert.deepStrictEqual(yield* rows, { leads: 2, keys: 1 })
    }).pipe(inWorld),
  )

  it.effect("are answered the same when retention has removed the lead", () =>
    Effect.gen(function* () {
      const first = yield* handIn(keyed("a"))
      const sql = yield* PgClient.PgClient
      yield* sql`DELETE FROM lead`
      const again = yield* handIn(keyed("a"))
      assert(first._tag === "Stored" && again._tag === "Duplicate")
      assert.strictEqual(again.leadId, first.leadId)
    }).pipe(inWorld),
  )

  it.effect("have a large lead's duplicate found in the statements of small ones, and the reverse", () =>
    Effect.gen(function* () {
      const large = `{"text":"${"x".repeat(100_000)}"}`
      const results = yield* all([
        keyed("a", { payload: large }),
        keyed("a"),
        keyed("b"),
        keyed("b", { payload: large }),
      ])
      assert.deepStrictEqual(tags(results), { Stored: 2, KeyConflict: 2 })
      assert.deepStrictEqual(tags(yield* all([keyed("a", { payload: large })])).Stored, undefined)
    }).pipe(inWorld),
  )

  it.effect("leave no text of the key in the database", () =>
    Effect.gen(function* () {
      yield* handIn(keyed("anna@example.com"))
      const sql = yield* PgClient.PgClient
      const [row] = yield* sql<{ readonly text: string }>`
        SELECT (SELECT to_jsonb(k)::text FROM sender_key AS k) || (SELECT to_jsonb(l)::text FROM lead AS l) AS text`
      assert.notInclude(row?.text ?? "anna", "anna")
    }).pipe(inWorld),
  )

  it.effect("cost leads without a key nothing: their statement does not read the table", () =>
    Effect.gen(function* () {
      const unlock = yield* holdOpen((sql) => sql`LOCK TABLE sender_key`)
      assert.strictEqual((yield* handIn(newLead()))._tag, "Stored")
      yield* unlock
    }).pipe(inWorld),
  )
})
