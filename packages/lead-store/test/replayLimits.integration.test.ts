import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Schema } from "effect"
import type { LeadId } from "@lead-gateway/lead"
import { LeadReplay, ReplayRequest } from "../src/index.ts"
import {
  anna,
  claimIds,
  complete,
  failed,
  inWorld,
  open,
  openNew,
  receive,
  replay,
  send,
  succeeded,
  timeComes,
  unknown,
} from "./support/world.ts"

describe("the limits of a replay", () => {
  it.effect("never touches a lead that was delivered, is under way, or waits for a worker or a retry", () =>
    Effect.gen(function* () {
      const delivered = yield* send(succeeded)
      const scheduled = yield* send(failed)
      const underWay = yield* openNew
      const retried = yield* send(failed)
      yield* timeComes(retried.leadId)
      const [retry] = yield* claimIds([retried.leadId])
      assert(retry !== undefined)
      yield* open(retry)
      const endedWhileOpen = yield* send(unknown)
      yield* timeComes(endedWhileOpen.leadId)
      const [second] = yield* claimIds([endedWhileOpen.leadId])
      assert(second !== undefined)
      yield* open(second)
      yield* complete(endedWhileOpen, 1, succeeded)
      const [received = 0] = yield* receive(1)
      const ids = [
        delivered.leadId,
        scheduled.leadId,
        underWay.leadId,
        retried.leadId,
        endedWhileOpen.leadId,
        received,
      ] as const
      const rows = PgClient.PgClient.use(
        (sql) => sql`
          SELECT work::text, settled_lead::text FROM work FULL JOIN settled_lead USING (lead_id) ORDER BY lead_id`,
      )
      const before = yield* rows
      assert.strictEqual(yield* replay("by-id", { ids }), 0)
      const statuses = ["REJECTED", "FAILED", "PERMANENTLY_FAILED"] as const
      assert.strictEqual(yield* replay("by-status", { statuses }), 0)
      assert.deepStrictEqual(yield* rows, before)
    }).pipe(inWorld),
  )

  it.effect(
    "refuses to be asked for nothing in particular, for an unknown status, or by a name that is none",
    () =>
      Effect.gen(function* () {
        const decode = (request: unknown) =>
          Effect.map(Effect.exit(Schema.decodeUnknownEffect(ReplayRequest)(request)), Exit.isSuccess)
        assert.isTrue(yield* decode({ request: "a", criteria: { ids: [1] } }))
        for (const criteria of [
          {},
          { other: 1 },
          { ids: [] },
          { ids: [0] },
          { statuses: ["READY"] },
          { statuses: [] },
        ]) {
          assert.isFalse(yield* decode({ request: "a", criteria }), JSON.stringify(criteria))
        }
        for (const request of ["", "a b", "ä", "x".repeat(129)]) {
          assert.isFalse(yield* decode({ request, criteria: { ids: [1] } }), request)
        }
      }).pipe(inWorld),
  )

  it.effect("goes on through leads that are not wanted, a page of them in each transaction", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 30000)`
      const wanted = [5, 10_000, 10_001, 20_001, 25_000]
      yield* sql`
        INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
        SELECT id, 1, 1, '{}', '{}', sha256(''), 'c' FROM unnest(${wanted}::bigint[]) AS id`
      yield* sql`
        INSERT INTO settled_lead (lead_id, tenant_id, received_at, state, reason)
        SELECT id, 1, now(), CASE WHEN id = 10001 THEN 'PARKED' ELSE 'REJECTED' END::lead_state,
          CASE WHEN id = ANY (${wanted}::bigint[]) THEN 'WANTED' ELSE 'UNWANTED' END
        FROM generate_series(1, 25000) AS id`
      const offered: Array<ReadonlyArray<number>> = []
      const request = Schema.decodeSync(ReplayRequest)({ request: "rare", criteria: { reasons: ["WANTED"] } })
      yield* LeadReplay.use(({ replay }) =>
        replay(request, (ids) => Effect.sync(() => offered.push(ids)), anna),
      )
      assert.deepStrictEqual(offered, [[5, 10_000], [10_001, 20_001], [25_000]])
    }).pipe(inWorld),
  )

  it.effect("takes leads of several states in the order of their ids, 500 in each transaction", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 3000)`
      yield* sql`
        INSERT INTO settled_lead (lead_id, tenant_id, received_at, state, reason)
        SELECT id, 1, now(), CASE WHEN id % 3 = 0 THEN 'PARKED' ELSE 'REJECTED' END::lead_state, 'WHY'
        FROM generate_series(1, 1000) AS id`
      const offered: Array<LeadId> = []
      const sizes: Array<number> = []
      const request = Schema.decodeSync(ReplayRequest)({ request: "all", criteria: { reasons: ["WHY"] } })
      const done = yield* LeadReplay.use(({ replay }) =>
        replay(
          request,
          (ids) =>
            Effect.sync(() => {
              sizes.push(ids.length)
              offered.push(...ids)
            }),
          anna,
        ),
      )
      assert.deepStrictEqual(sizes, [500, 500])
      assert.deepStrictEqual<ReadonlyArray<number>>(
        offered,
        Array.from({ length: 1000 }, (_, index) => index + 1),
      )
      assert.strictEqual(done.replayed, 1000)
    }).pipe(inWorld),
  )
})
