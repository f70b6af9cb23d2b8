import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { Statement } from "effect/sql"
import { type ClaimedLead, LeadReader, LeadWork, maintainPartitions } from "../src/index.ts"
import { type Scan, watchPlans } from "./support/plans.ts"
import {
  claim,
  failed,
  history,
  inWorld,
  open,
  proceed,
  receive,
  record,
  rejected,
  release,
  replay,
  succeeded,
  timeComes,
} from "./support/world.ts"

const partitions = 30

const partitionOf = (id: LeadId) => Math.floor(id / 1_000_000)

/**
 * Thirty partitions of leads that have ended, or wait for a retry of next year, with one that is due in the first,
 * in a middle one and in the last.
 */
const fill = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  for (let n = 0; n < partitions; n++) {
    yield* sql`SELECT setval('inbound_lead_id_seq', ${n * 1_000_000 + 10_000}::bigint)`
    yield* maintainPartitions
    if ([0, 14, partitions - 1].includes(n)) yield* receive(1)
  }
  yield* sql`
    INSERT INTO inbound_lead (id, status, raw_payload, source_headers, payload_hash, correlation_id)
    SELECT p * 1000000::bigint + n, CASE WHEN n <= 1900 THEN 'DELIVERED' ELSE 'FAILED' END, '{}', '{}', repeat('0', 64), 'c'
    FROM generate_series(0, ${partitions - 1}::integer) p, generate_series(1, 2000) n`
  yield* sql`
    INSERT INTO open_lead (id, next_attempt_at, due_at, is_decided)
    SELECT id, now() + interval '1 year', now() + interval '1 year', true FROM inbound_lead WHERE status = 'FAILED'`
  yield* sql`
    INSERT INTO delivery_attempt (lead_id, attempt_no, ended_at, success, idempotency_key)
    SELECT id, 1, now(), true, idempotency_key FROM inbound_lead WHERE status <> 'RECEIVED'`
  yield* sql`INSERT INTO lead_event (lead_id, type) SELECT id, 'received' FROM inbound_lead`
})

const analyze = PgClient.PgClient.use(
  (sql) => sql`ANALYZE inbound_lead, delivery_attempt, lead_event, open_lead`,
)

/** Which partitions were looked into, of whatever table. */
const numbersOf = (scans: ReadonlyArray<Scan>) =>
  [...new Set(scans.map(({ table }) => Number(table.slice(-6))))].sort((a, b) => a - b)

describe("the store's statements on 30 partitions", () => {
  for (const [what, prepare, mode] of [
    ["before Postgres knows anything of them", Effect.void, "auto"],
    ["when Postgres has statistics", analyze, "auto"],
    ["by plans that are made once for all parameters", analyze, "force_generic_plan"],
  ] as const) {
    it.effect(`read by an index, and from no partition without need, ${what}`, () =>
      Effect.gen(function* () {
        const { transformer, watch } = watchPlans(mode)
        yield* Effect.gen(function* () {
          yield* fill
          yield* prepare
          const work = yield* LeadWork
          const reader = yield* LeadReader
          /** Runs something, sees that it read no large table from end to end, and says which partitions it read. */
          const readBy = Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
            const { result, scans } = yield* watch(run)
            const ofPartitions = scans.filter(({ table }) => /_p\d+$/.test(table))
            const inFull = scans.filter(({ by }) => by === "Seq Scan")
            assert.notInclude(
              inFull.map(({ table }) => table),
              "open_lead",
            )
            const inFullPartitions = inFull.filter(({ table }) => /_p\d+$/.test(table))
            assert.deepStrictEqual(
              numbersOf(inFullPartitions).filter((n) => n < partitions),
              [],
            )
            return { result, partitions: numbersOf(ofPartitions), scans }
          })

          // What is due, and when, is known without a look at any partition.
          assert.deepStrictEqual((yield* readBy(work.outlook)).partitions, [])
          // A page of all that wait may take one look at the whole of the small tables.
          const waiting = yield* watch(work.waiting({ after: undefined, max: 10 }))
          assert.isTrue(waiting.scans.every(({ table }) => ["open_lead", "customer_gate"].includes(table)))
          const claimed = yield* readBy(claim(1))
          const [lead, ...others]: ReadonlyArray<ClaimedLead> = claimed.result
          assert(lead !== undefined && others.length === 0)
          const own = partitionOf(lead.id)
          assert.deepStrictEqual(claimed.partitions, [own])

          assert.deepStrictEqual((yield* readBy(open(lead))).partitions, [own])
          assert.deepStrictEqual((yield* readBy(record(lead, 1, failed))).partitions, [own])
          yield* timeComes(lead.id)
          const hinted = yield* readBy(work.claim({ ids: [lead.id], max: 1 }))
          assert.deepStrictEqual(hinted.partitions, [own])
          const [retry] = hinted.result
          assert(retry !== undefined)
          assert.deepStrictEqual((yield* readBy(open(retry))).partitions, [own])
          const given = readBy(release(retry, { unsentAttemptNo: 2, trouble: "a try" }))
          assert.deepStrictEqual((yield* given).partitions, [own])
          assert.deepStrictEqual(
            (yield* readBy(work.offer({ max: 10, patience: Duration.zero }))).partitions,
            [],
          )

          const [again] = yield* work.claim({ ids: [lead.id], max: 1 })
          assert(again !== undefined)
          yield* open(again)
          yield* record(again, 2, succeeded)
          yield* proceed((yield* claim(1))[0] ?? again, rejected)
          // A look through 100,000 ids may read a partition as small as these from end to end.
          const sql = yield* PgClient.PgClient
          yield* sql`SELECT begin_replay('some', '{"statuses": ["REJECTED"]}')`
          const { scans: chunk } = yield* watch(sql`SELECT * FROM replay_leads('some', 500, 0)`)
          assert.deepStrictEqual(numbersOf(chunk.filter(({ table }) => /_p\d+$/.test(table))), [0])
          assert.notDeepInclude(chunk, { table: "open_lead", by: "Seq Scan" })
          assert.deepStrictEqual((yield* readBy(replay("one", { ids: [again.id] }))).partitions, [own])
          // A late word of a lead that has ended.
          assert.deepStrictEqual((yield* readBy(record(retry, 1, failed))).partitions, [own])
          assert.deepStrictEqual((yield* readBy(history(again.id))).partitions, [own])

          const page = { limit: 50, before: undefined, status: undefined }
          const newest = yield* readBy(reader.recent(page))
          assert.isTrue(newest.partitions.every((n) => n >= partitions - 1))
          const older = yield* readBy(reader.recent({ ...page, before: lead.id }))
          assert.isTrue(older.partitions.every((n) => n <= own))
          yield* readBy(reader.recent({ ...page, status: "RECEIVED" }))
          assert.deepStrictEqual((yield* readBy(reader.counts)).partitions, [])
        }).pipe(inWorld, Effect.provideService(Statement.CurrentTransformer, transformer))
      }),
    )
  }
})
