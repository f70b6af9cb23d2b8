import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import {
  claim,
  claimOne,
  failed,
  inWorld,
  openNew,
  ownerIsLost,
  receive,
  release,
  send,
  succeeded,
  complete,
} from "../support/world.ts"

const tagsOf = (claimed: ReadonlyArray<{ readonly leadId: number; readonly _tag: string }>) =>
  Object.fromEntries(claimed.map(({ _tag, leadId }) => [leadId, _tag]))

const allIsDue = PgClient.PgClient.use((sql) => sql`UPDATE work SET due_at = now(), scheduled_at = now()`)

describe("work whose rows cannot be read", () => {
  it.effect(
    "is claimed as unreadable, and the others of its claim are not affected: its lead or its delivery is missing",
    () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const { leadId: good } = yield* send(failed)
        const { leadId: bad } = yield* send(failed)
        const [fresh, gone] = yield* receive(2)
        assert(fresh !== undefined && gone !== undefined)
        yield* allIsDue
        yield* sql`DELETE FROM delivery WHERE lead_id = ${bad}`
        yield* sql`DELETE FROM lead WHERE id = ${gone}`
        const claimed = yield* claim(9)
        assert.deepStrictEqual(tagsOf(claimed), {
          [good]: "Due",
          [bad]: "Unreadable",
          [fresh]: "Undecided",
          [gone]: "Unreadable",
        })
        assert.strictEqual(claimed.find(({ leadId }) => leadId === bad)?.correlationId, "a-correlation-id")
      }).pipe(inWorld),
  )

  it.effect(
    "is claimed as unreadable, and the others of its claim are not affected: its payload is no JSON object",
    () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const [bad, good] = yield* receive(2)
        assert(bad !== undefined && good !== undefined)
        yield* sql`ALTER TABLE lead DROP CONSTRAINT lead_payload_is_an_object`
        yield* sql`UPDATE lead SET raw_payload = '[1]' WHERE id = ${bad}`
        assert.deepStrictEqual(tagsOf(yield* claim(9)), { [bad]: "Unreadable", [good]: "Undecided" })
      }).pipe(inWorld),
  )

  it.effect(
    "is claimed as unreadable, and the others of its claim are not affected: its partition is not there",
    () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const [good] = yield* receive(1)
        yield* sql`INSERT INTO work (lead_id, tenant_id) VALUES (99000001, 1)`
        assert(good !== undefined)
        assert.deepStrictEqual(tagsOf(yield* claim(9)), { [good]: "Undecided", 99000001: "Unreadable" })
      }).pipe(inWorld),
  )

  it.effect("is given back like any other", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const [leadId] = yield* receive(1)
      assert(leadId !== undefined)
      yield* sql`DELETE FROM lead`
      const lead = yield* claimOne
      assert.isTrue(yield* release(lead, { internalFailure: "its rows cannot be read" }))
      assert.deepInclude(yield* claimOne, { leadId, internalFailures: 1 })
    }).pipe(inWorld),
  )

  it.effect("does not matter to an attempt whose worker was lost", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { leadId } = yield* openNew
      yield* sql`DELETE FROM delivery`
      yield* ownerIsLost(leadId)
      const lost = yield* claimOne
      assert.strictEqual(lost._tag, "LostAttempt")
      assert.isTrue(yield* complete(lost, 1, succeeded))
      assert.deepStrictEqual(yield* claim(1), [])
    }).pipe(inWorld),
  )
})
