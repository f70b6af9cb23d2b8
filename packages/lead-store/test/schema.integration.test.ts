import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadState, openStates, settledStates } from "@lead-gateway/lead"
import { Effect } from "effect"
import { partitionedTables } from "../src/Partitions.ts"
import { inWorld, openNew, receive, rejected, send, succeeded } from "./support/world.ts"

/** Whether the database refuses a statement as one that breaks this constraint. */
const refusedBy = (constraint: string) =>
  PgClient.PgClient.use((sql) =>
    Effect.succeed((statement: string) =>
      sql.unsafe(statement, []).pipe(
        Effect.flip,
        Effect.map(({ reason: { cause } }) =>
          assert.strictEqual((cause as { readonly constraint?: string }).constraint, constraint, statement),
        ),
      ),
    ),
  )

describe("the schema", () => {
  it.effect("knows the states that LeadState knows", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ state: LeadState }>`
        SELECT state::text AS state FROM unnest(enum_range(NULL::lead_state)) AS state`
      assert.deepStrictEqual(
        rows.map(({ state }) => state),
        [...LeadState.literals],
      )
    }).pipe(inWorld),
  )

  it.effect("has settled leads in settled states, each with a reason unless it was delivered", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const insert = (state: LeadState, reason: string) =>
        `INSERT INTO settled_lead (lead_id, tenant_id, received_at, state, reason) VALUES (1, 1, now(), '${state}', ${reason})`
      const wrongState = yield* refusedBy("settled_lead_state")
      for (const state of openStates) yield* wrongState(insert(state, "'WHY'"))
      const wrongReason = yield* refusedBy("settled_lead_reason")
      for (const state of settledStates) {
        yield* wrongReason(insert(state, state === "DELIVERED" ? "'WHY'" : "NULL"))
        if (state !== "DELIVERED") yield* wrongReason(insert(state, "'no code'"))
        yield* sql.unsafe(insert(state, state === "DELIVERED" ? "NULL" : "'WHY'"), [])
        yield* sql`DELETE FROM settled_lead`
      }
    }).pipe(inWorld),
  )

  it.effect("has work of leads that have ended only while an attempt is open", () =>
    Effect.gen(function* () {
      yield* openNew
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE work SET state = 'DELIVERED'`
      const nothingLeft = yield* refusedBy("work_is_left")
      yield* nothingLeft("UPDATE work SET attempt_is_open = false")
      yield* (yield* refusedBy("work_is_leased_for_a_time"))("UPDATE work SET leased_until = NULL")
      yield* (yield* refusedBy("work_open_attempt"))("UPDATE work SET attempt_opened_at = NULL")
      yield* (yield* refusedBy("work_counted_attempts"))("UPDATE work SET uncounted_attempts = 2")
    }).pipe(inWorld),
  )

  it.effect("guards partitions that are made later like the first ones", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 5000000)`
      yield* receive(1)
      const guards = (partition: string) =>
        sql<{ name: string }>`
          SELECT contype::text || ' ' || pg_get_constraintdef(oid) AS name FROM pg_constraint
          WHERE conrelid = ANY (${partitionedTables.map((table) => `${table}_p${partition}`)}::regclass[])
          ORDER BY conrelid::regclass::text, 1`
      const first = yield* guards("000000")
      assert.deepStrictEqual(yield* guards("000005"), first)
      // Postgres 18 lists NOT NULL constraints as well.
      assert.isAtLeast(first.length, 5 + 6)
      yield* (yield* refusedBy("lead_payload_is_an_object"))("UPDATE lead_p000005 SET raw_payload = '[]'")
    }).pipe(inWorld),
  )

  it.effect("lets only one row of a lead settle it", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(succeeded)
      yield* (yield* refusedBy("settled_lead_pkey"))(
        `INSERT INTO settled_lead (lead_id, tenant_id, received_at, state, reason)
         VALUES (${leadId}, 1, now(), 'REJECTED', '${rejected.reason}')`,
      )
    }).pipe(inWorld),
  )
})
