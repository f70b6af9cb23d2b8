import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Schema } from "effect"
import { ReplayRequest } from "../src/index.ts"
import { badEnds, sending } from "./support/replay.ts"
import {
  claimOne,
  failed,
  inWorld,
  open,
  receive,
  record,
  replay,
  succeeded,
  timeComes,
} from "./support/world.ts"

describe("the limits of a replay", () => {
  it.effect("never touches a lead that was delivered, is under way, or waits for a worker or a retry", () =>
    Effect.gen(function* () {
      const delivered = yield* sending
      yield* record(delivered, 1, succeeded)
      const scheduled = yield* sending
      yield* record(scheduled, 1, failed)
      const underWay = yield* sending
      const retried = yield* sending
      yield* record(retried, 1, failed)
      yield* timeComes(retried.id)
      yield* open(yield* claimOne)
      const [received = 0] = yield* receive(1)
      const ids = [delivered.id, scheduled.id, underWay.id, retried.id, received] as const
      const rows = PgClient.PgClient.use(
        (sql) =>
          sql`SELECT lead::text, open_lead::text FROM inbound_lead lead LEFT JOIN open_lead USING (id) ORDER BY id`,
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
        const sql = yield* PgClient.PgClient
        assert.isFalse(yield* Effect.isSuccess(sql`SELECT begin_replay('by-hand', '{}')`))
      }).pipe(inWorld),
  )

  it.effect("leaves a terminal status to nobody who does not give the lead a new key", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const lead = yield* badEnds.rejected
      const back = sql`UPDATE inbound_lead SET status = 'RECEIVED', rejection_reason = NULL WHERE id = ${lead.id}`
      assert.isFalse(yield* Effect.isSuccess(back))
      const done = yield* sending
      yield* record(done, 1, succeeded)
      assert.isFalse(
        yield* Effect.isSuccess(sql`
          UPDATE inbound_lead SET status = 'RECEIVED', idempotency_key = gen_random_uuid() WHERE id = ${done.id}`),
      )
    }).pipe(inWorld),
  )
})
