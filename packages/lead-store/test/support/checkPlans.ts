/** Checks how a server runs the statements of the hot paths, with empty tables and with large ones. */
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { Statement } from "effect/sql"
import { wholeLife } from "./life.ts"
import { fullScans, noteStatements, prepare, readsLarge } from "./plans.ts"
import { client, inWorldOn, template } from "./world.ts"

/** Two partitions of leads that have ended, or wait for a retry of next year, and some that are due. */
const fill = PgClient.PgClient.use((sql) =>
  Effect.forEach(
    [
      `INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
       SELECT id, 1, 1, '{}', '{}', decode(repeat('00', 32), 'hex'), 'c'
       FROM generate_series(0, 1) AS p, generate_series(p * 1000000 + 1, p * 1000000 + 10000) AS id`,
      `INSERT INTO decision (lead_id, delivery_no, verdict, details, omitted_attributes, decided_with)
       SELECT id, 0, 'READY', '{}', '[]', '{}' FROM lead`,
      `INSERT INTO delivery (lead_id, delivery_no, customer_id, idempotency_key, payload)
       SELECT id, 0, 1, gen_random_uuid(), '{}' FROM lead`,
      `INSERT INTO attempt (id, lead_id, delivery_no, attempt_no, requested_at, success, outcome_unknown, is_probe)
       SELECT id, id, 0, 1, now(), true, false, false FROM lead`,
      `INSERT INTO settled_lead (lead_id, tenant_id, received_at, state) SELECT id, 1, now(), 'DELIVERED' FROM lead WHERE id % 4 > 0`,
      `INSERT INTO work (lead_id, tenant_id, customer_id, state, lane, due_at, scheduled_at, attempt_no)
       SELECT id, 1, 1, 'RETRYING', 1, now() + interval '1 year', now() + interval '1 year', 1 FROM lead WHERE id % 4 = 0`,
      `INSERT INTO sender_key (tenant_id, kind, lead_id, expires_at, key_hash, payload_hash, correlation_id)
       SELECT 1, 'header', id, now() + interval '1 day', sha256(id::text::bytea), '', 'c' FROM lead`,
      `INSERT INTO work (lead_id, tenant_id) SELECT id, 1 FROM generate_series(2000001, 2001000) AS id`,
    ],
    (statement) => sql.unsafe(statement),
    { discard: true },
  ),
)

const analyze = PgClient.PgClient.use((sql) => sql`ANALYZE`)

/** All that read or write leads, but for the end of all leases, which looks at all work once when a process starts. */
const isHot = (text: string) =>
  /^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b/.test(text) &&
  /\b(work|settled_lead|(lead|decision|delivery|attempt|lead_event)(_p\d+)?)\b/.test(text) &&
  !text.includes("SET leased_until = now() WHERE leased_until > now()")

/**
 * The statements of the hot paths, and what they read from end to end, by what the database held when a connection
 * looked: one that has lived all along, and a new one.
 */
export const checkPlans = Effect.fnUntraced(function* (serverUrl?: string) {
  const { texts, transformer } = noteStatements()
  yield* wholeLife.pipe(
    inWorldOn(serverUrl),
    Effect.provideService(Statement.CurrentTransformer, transformer),
  )
  const hot = [...texts].filter(isHot)
  return yield* Effect.gen(function* () {
    const { url } = yield* TestDatabase
    const found: Array<string> = []
    let reads = 0
    const look = Effect.fnUntraced(function* (
      when: string,
      statements: Effect.Success<ReturnType<typeof prepare>>,
    ) {
      for (const { explain, text } of statements) {
        for (const plan of yield* explain) {
          reads += readsLarge(plan)
          found.push(
            ...fullScans(plan).map(
              (scan) => `${when}: ${scan} by ${text.replaceAll(/\s+/g, " ").slice(0, 200)}`,
            ),
          )
        }
      }
    })
    yield* Effect.gen(function* () {
      const old = yield* Effect.flatMap(PgClient.PgClient, (sql) => prepare(sql, hot))
      yield* look("empty", old)
      yield* fill
      yield* look("planned when it was empty", old)
      yield* analyze
      yield* look("analyzed", old)
    }).pipe(Effect.provide(client(url, { maxConnections: 1 })))
    yield* Effect.flatMap(PgClient.PgClient, (sql) =>
      Effect.flatMap(prepare(sql, hot), (fresh) => look("new", fresh)),
    ).pipe(Effect.provide(client(url, { maxConnections: 1 })))
    return { statements: hot, found, reads }
  }).pipe(Effect.provide(TestDatabase.layer({ template, serverUrl })))
})
