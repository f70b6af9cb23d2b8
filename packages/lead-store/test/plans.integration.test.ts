import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { Statement } from "effect/sql"
import { type ClaimedLead, LeadReader, LeadWork, maintainPartitions } from "../src/index.ts"
import { type Scan, watchPlans } from "./support/plans.ts"
import {
  claim,
  failed,
  history,
  inWorld,
  open,
  receive,
  record,
  succeeded,
  timeComes,
} from "./support/world.ts"

const partitions = 30

const partitionOf = (id: LeadId) => Math.floor(id / 1_000_000)

/** Thirty partitions of leads that have ended, with one that is due in the first, in a middle one and in the last. */
const fill = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  for (let n = 0; n < partitions; n++) {
    yield* sql`SELECT setval('inbound_lead_id_seq', ${n * 1_000_000 + 1000}::bigint)`
    yield* maintainPartitions
    if ([0, 14, partitions - 1].includes(n)) yield* receive(1)
  }
  yield* sql`
    INSERT INTO inbound_lead (id, status, raw_payload, source_headers, payload_hash, correlation_id, next_attempt_at)
    SELECT p * 1000000::bigint + n, 'DELIVERED', '{}', '{}', repeat('0', 64), 'c', NULL
    FROM generate_series(0, ${partitions - 1}::integer) p, generate_series(1, 300) n`
  yield* sql`
    INSERT INTO delivery_attempt (lead_id, attempt_no, ended_at, success)
    SELECT id, 1, now(), true FROM inbound_lead WHERE status = 'DELIVERED'`
  yield* sql`INSERT INTO lead_event (lead_id, type) SELECT id, 'received' FROM inbound_lead`
})

const analyze = PgClient.PgClient.use((sql) => sql`ANALYZE inbound_lead, delivery_attempt, lead_event`)

/** Which partitions were looked into, of whatever table. */
const numbersOf = (scans: ReadonlyArray<Scan>) =>
  [...new Set(scans.map(({ table }) => Number(table.slice(-6))))].sort((a, b) => a - b)

describe("the store's statements on 30 partitions", () => {
  for (const [what, prepare] of [
    ["before Postgres knows anything of them", Effect.void],
    ["when Postgres has statistics", analyze],
  ] as const) {
    it.effect(`read by an index, and from no partition without need, ${what}`, () =>
      Effect.gen(function* () {
        const { transformer, watch } = watchPlans()
        yield* Effect.gen(function* () {
          yield* fill
          yield* prepare
          const work = yield* LeadWork
          const reader = yield* LeadReader
          /** Runs something, sees that it read no partition that has rows from end to end, and says which it read. */
          const readBy = Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
            const { result, scans } = yield* watch(run)
            const ofPartitions = scans.filter(({ table }) => /_p\d+$/.test(table))
            const inFull = ofPartitions.filter(({ by }) => by === "Seq Scan")
            assert.deepStrictEqual(
              numbersOf(inFull).filter((n) => n < partitions),
              [],
            )
            return { result, partitions: numbersOf(ofPartitions), scans: ofPartitions }
          })
          const all = Array.from({ length: partitions + 2 }, (_, index) => index)

          const due = yield* readBy(work.untilDue)
          assert.deepStrictEqual(due.partitions, all)
          assert.isTrue(due.scans.every(({ by }) => by.includes("next_attempt_at") || by === "Seq Scan"))

          // What is due can be anywhere; what was found is then read where it is.
          const claimed = yield* readBy(claim(1))
          assert.deepStrictEqual(claimed.partitions, all)
          const [lead, ...others]: ReadonlyArray<ClaimedLead> = claimed.result
          assert(lead !== undefined && others.length === 0)
          const own = partitionOf(lead.id)
          const byId = claimed.scans.filter(({ by }) => by.includes("pkey"))
          assert.deepStrictEqual(numbersOf(byId), [own])

          assert.deepStrictEqual((yield* readBy(open(lead))).partitions, [own])
          assert.deepStrictEqual((yield* readBy(record(lead, 1, failed))).partitions, [own])
          yield* timeComes(lead.id)
          const [retry] = yield* claim(1)
          assert(retry !== undefined)
          const retried = partitionOf(retry.id)
          assert.deepStrictEqual((yield* readBy(open(retry))).partitions, [retried])
          const given = readBy(work.release({ ...retry, unsentAttemptNo: retry.attemptCount + 1 }))
          assert.deepStrictEqual((yield* given).partitions, [retried])
          const [again] = yield* claim(1)
          assert(again !== undefined)
          yield* open(again)
          yield* record(again, again.attemptCount + 1, succeeded)
          assert.deepStrictEqual((yield* readBy(history(again.id))).partitions, [partitionOf(again.id)])

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
