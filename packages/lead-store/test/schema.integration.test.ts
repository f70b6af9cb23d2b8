import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadStatus, transitions } from "@lead-gateway/lead"
import { Effect } from "effect"
import { LeadReader } from "../src/index.ts"
import { inWorld, receive } from "./support/world.ts"

/** Puts a lead into any status, past the trigger. */
const force = (status: LeadStatus) =>
  PgClient.PgClient.use((sql) =>
    Effect.gen(function* () {
      yield* sql`ALTER TABLE inbound_lead DISABLE TRIGGER inbound_lead_transition`
      yield* sql`
        UPDATE inbound_lead SET status = ${status}, rejection_reason = 'WHATEVER'`
      yield* sql`ALTER TABLE inbound_lead ENABLE TRIGGER inbound_lead_transition`
    }),
  )

describe("the schema", () => {
  it.effect("lets a lead go from status to status as LeadStatus says, also by hand", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const sql = yield* PgClient.PgClient
      for (const from of LeadStatus.literals) {
        for (const to of LeadStatus.literals) {
          yield* force(from)
          const moved = yield* Effect.isSuccess(sql`UPDATE inbound_lead SET status = ${to}`)
          assert.strictEqual(moved, from === to || transitions[from].includes(to), `${from} to ${to}`)
        }
      }
    }).pipe(inWorld),
  )

  it.effect("guards partitions that are made later like the first ones", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('inbound_lead_id_seq', 5000000)`
      yield* receive(1)
      yield* force("DELIVERED")
      assert.isFalse(yield* Effect.isSuccess(sql`UPDATE inbound_lead SET status = 'FAILED'`))
      const rows = yield* sql`
        SELECT count(*)::integer AS indexes FROM pg_indexes WHERE tablename = 'inbound_lead_p000005'`
      assert.deepStrictEqual(rows, [{ indexes: 2 }])
      assert.strictEqual((yield* LeadReader.use((reader) => reader.counts)).RECEIVED, 1)
    }).pipe(inWorld),
  )
})
