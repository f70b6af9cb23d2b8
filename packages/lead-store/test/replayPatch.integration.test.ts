import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { type JsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Effect, Result, Schema } from "effect"
import { Audit, LeadReplay, ReplayRequest } from "../src/index.ts"
import { removeLeads } from "../src/internal/removeLeads.ts"
import {
  anna,
  claimNew,
  claimOne,
  history,
  inWorld,
  newLead,
  parked,
  receiveLead,
  replay,
  rowOf,
  send,
  step,
  succeeded,
} from "./support/world.ts"

const json = (text: string) => Result.getOrThrow(parse(text)) as JsonObject

const request = (id: LeadId, name = "fix") =>
  Schema.decodeSync(ReplayRequest)({ request: name, criteria: { ids: [id] } })

const patchWith = (id: LeadId, patch: string, name?: string) =>
  LeadReplay.use(({ replay }) => replay(request(id, name), () => Effect.void, anna, { patch: json(patch) }))

/** A parked lead with this payload. */
const parkedWith = Effect.fnUntraced(function* (payload: string) {
  const leadId = yield* receiveLead(newLead(payload))
  yield* step(yield* claimOne, parked)
  return leadId
})

describe("a patch of a parked lead", () => {
  it.effect("is what the lead is decided on, digit for digit, and the original stays", () =>
    Effect.gen(function* () {
      const payload = '{"id":12345678901234567890,"phone":"","house":{"is_owner":true,"old":1}}'
      const leadId = yield* parkedWith(payload)
      const patch = '{"phone":"+49123456789","house":{"old":null},"n":98765432109876543210,"nul":"\\u0000"}'
      assert.deepInclude(yield* patchWith(leadId, patch), { matched: 1, replayed: 1, isComplete: true })
      const lead = yield* claimOne
      assert(lead._tag === "Undecided")
      assert.strictEqual(
        stringify(lead.payload),
        '{"id":12345678901234567890,"phone":"+49123456789","house":{"is_owner":true},"n":98765432109876543210,"nul":"\uFFFD"}',
      )
      const { events, rawPayload } = yield* history(leadId)
      assert.strictEqual(stringify(rawPayload), payload)
      assert.deepStrictEqual(
        events.slice(-2).map(({ type }) => type),
        ["patched", "replayed"],
      )
      assert.deepInclude(events.at(-2)?.details as object, { request: "fix", by: "anna", via: "cli" })
      assert.include(stringify(events.at(-2)?.details ?? null), '"n":98765432109876543210')

      // A later patch builds on it, and a replay without one sees both.
      yield* step(lead, parked)
      yield* patchWith(leadId, '{"phone":null,"zip":"66123"}', "fix-2")
      yield* step(yield* claimOne, parked)
      assert.strictEqual(yield* replay("again", { ids: [leadId] }), 1)
      const again = yield* claimOne
      assert(again._tag === "Undecided")
      assert.deepInclude(again.payload, { zip: "66123", house: { is_owner: true } })
      assert.notProperty(again.payload, "phone")
    }).pipe(inWorld),
  )

  it.effect(
    "is made once, another one of the same name is a conflict, and the audit has no value of it",
    () =>
      Effect.gen(function* () {
        const leadId = yield* parkedWith('{"phone":""}')
        for (let time = 0; time < 2; time++) {
          assert.deepInclude(yield* patchWith(leadId, '{"phone":"+49123456789"}'), {
            matched: 1,
            replayed: 1,
          })
        }
        const other = yield* Effect.flip(patchWith(leadId, '{"phone":"+49123456780"}'))
        assert.strictEqual(other._tag, "ReplayRequestConflict")
        assert.strictEqual(
          (yield* Effect.flip(replay("fix", { ids: [leadId] })))._tag,
          "ReplayRequestConflict",
        )
        const records = yield* Audit.use(({ list }) => list({ limit: 10 }))
        assert.lengthOf(records, 1)
        assert.deepInclude(records[0], { action: "lead.patch", leadId, subject: "fix", operator: "anna" })
        assert.notInclude(JSON.stringify(records), "+49")
        const rows = yield* PgClient.PgClient.use(
          (sql) => sql`SELECT replay_request::text AS row FROM replay_request`,
        )
        assert.notInclude(JSON.stringify(rows), "+49")
      }).pipe(inWorld),
  )

  it.effect("is one of those that are asked for at the same time, and the others are conflicts", () =>
    Effect.gen(function* () {
      const leadId = yield* parkedWith('{"phone":""}')
      const results = yield* Effect.forEach(
        ["1", "2", "3", "4"],
        (phone) => Effect.result(patchWith(leadId, `{"phone":"${phone}"}`)),
        { concurrency: 4 },
      )
      const refused = results.filter(Result.isFailure)
      assert.lengthOf(refused, 3)
      assert.isTrue(refused.every(({ failure }) => failure._tag === "ReplayRequestConflict"))
    }).pipe(inWorld),
  )

  it.effect("changes no lead that is not parked", () =>
    Effect.gen(function* () {
      const delivered = yield* send(succeeded)
      assert.deepInclude(yield* patchWith(delivered.leadId, '{"a":1}'), { matched: 0, replayed: 0 })
      const fresh = yield* claimNew
      assert.deepInclude(yield* patchWith(fresh.leadId, '{"a":1}', "b"), { matched: 0, replayed: 0 })
      const rows = yield* PgClient.PgClient.use((sql) => sql`SELECT FROM lead_patch`)
      assert.lengthOf(rows, 0)
    }).pipe(inWorld),
  )

  it.effect("is removed with the lead", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const leadId = yield* parkedWith('{"phone":""}')
      yield* patchWith(leadId, '{"phone":"+49123456789"}')
      yield* step(yield* claimOne, { ...parked, verdict: "REJECTED" })
      assert.strictEqual(yield* removeLeads(sql)(0, [leadId], "infinity"), 1)
      assert.lengthOf(yield* sql`SELECT FROM lead_patch`, 0)
    }).pipe(inWorld),
  )
})

describe("a lead that was delivered", () => {
  it.effect("is replayed only by a request that says so, and keeps its history", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(succeeded)
      const count = (criteria: object) =>
        LeadReplay.use(({ count }) =>
          count(Schema.decodeUnknownSync(ReplayRequest)({ request: "x", criteria }).criteria),
        )
      assert.strictEqual(yield* count({ ids: [leadId] }), 0)
      assert.strictEqual(yield* count({ ids: [leadId], evenIfDelivered: true }), 1)
      assert.strictEqual(yield* count({ statuses: ["DELIVERED"], evenIfDelivered: true }), 1)
      assert.strictEqual(yield* replay("a", { ids: [leadId] }), 0)
      assert.strictEqual(yield* replay("b", { statuses: ["DELIVERED"], evenIfDelivered: true }), 1)
      assert.deepInclude(yield* rowOf(leadId), { state: "RECEIVED", delivery_no: 1, attempt_no: 1 })
      const { events } = yield* history(leadId)
      assert.deepStrictEqual(
        events.slice(-3).map(({ type }) => type),
        ["attempt_succeeded", "delivered", "replayed"],
      )
    }).pipe(inWorld),
  )
})
