import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { Audit, type AuditEntry, type AuditQuery, recordAudit } from "../src/index.ts"
import { anna, claimNew, inWorld, rejected, replay, step } from "./support/world.ts"

const list = (query: Partial<AuditQuery> = {}) => Audit.use((audit) => audit.list({ limit: 200, ...query }))
const record = (entry: Partial<AuditEntry> = {}) =>
  Audit.use((audit) => audit.record({ actor: anna, action: "customer.pause", ...entry }))
const idsOf = (query: Partial<AuditQuery>) =>
  Effect.map(list(query), (records) => records.map(({ id }) => id))

describe("the audit", () => {
  it.effect("has who, how, what and which", () =>
    Effect.gen(function* () {
      yield* record({
        actor: { name: "b\u0000en\uD800", via: "token", tokenId: 7 },
        leadId: LeadId.make(42),
        subject: "default",
        details: { minutes: 5 },
      })
      const [entry] = yield* list()
      assert.deepInclude(entry, {
        operator: "b\uFFFDen\uFFFD",
        via: "token",
        tokenId: 7,
        action: "customer.pause",
        leadId: LeadId.make(42),
        subject: "default",
        details: { minutes: 5 },
      })
      assert.instanceOf(entry?.at, Date)
    }).pipe(inWorld),
  )

  it.effect("has what was committed, and only that", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const change = recordAudit(sql, { actor: anna, action: "lead.patch", leadId: LeadId.make(1) })
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(change, Effect.fail("rolled back"))))
      assert.deepStrictEqual(yield* list(), [])
      yield* sql.withTransaction(change)
      assert.lengthOf(yield* list(), 1)
    }).pipe(inWorld),
  )

  it.effect("is found by each criterion, and by all together", () =>
    Effect.gen(function* () {
      yield* record({ leadId: LeadId.make(1), subject: "a" })
      yield* record({ actor: { name: "ben", via: "jwt" }, action: "customer.resume", subject: "a" })
      yield* record({ leadId: LeadId.make(2) })
      const [third, second, first] = yield* list()
      assert(first !== undefined && second !== undefined && third !== undefined)
      assert.deepStrictEqual(yield* idsOf({ operator: "ben" }), [second.id])
      assert.deepStrictEqual(yield* idsOf({ action: "customer.pause" }), [third.id, first.id])
      assert.deepStrictEqual(yield* idsOf({ leadId: LeadId.make(2) }), [third.id])
      assert.deepStrictEqual(yield* idsOf({ subject: "a" }), [second.id, first.id])
      assert.deepStrictEqual(yield* idsOf({ from: new Date(Date.now() + 60_000) }), [])
      assert.lengthOf(yield* idsOf({ until: new Date(Date.now() + 60_000) }), 3)
      assert.deepStrictEqual(yield* idsOf({ until: new Date(Date.now() - 60_000) }), [])
      assert.deepStrictEqual(yield* idsOf({ limit: 1 }), [third.id])
      assert.deepStrictEqual(yield* idsOf({ limit: 1, before: third.id }), [second.id])
      assert.deepStrictEqual(yield* idsOf({ subject: "a", operator: "anna" }), [first.id])
    }).pipe(inWorld),
  )

  it.effect("has a replay request once, with its criteria, and the lead if it is one", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      yield* step(lead, rejected)
      yield* replay("again", { ids: [lead.leadId] })
      yield* replay("again", { ids: [lead.leadId] })
      yield* replay("all", { statuses: ["REJECTED"] })
      yield* Effect.flip(replay("all", { statuses: ["FAILED"] }))
      const records = yield* list()
      assert.deepStrictEqual(
        records.map(({ action, details, leadId, operator, subject }) => ({
          action,
          details,
          leadId,
          operator,
          subject,
        })),
        [
          {
            action: "lead.replay",
            details: { criteria: { statuses: ["REJECTED"] } },
            leadId: null,
            operator: "anna",
            subject: "all",
          },
          {
            action: "lead.replay",
            details: { criteria: { ids: [lead.leadId] } },
            leadId: lead.leadId,
            operator: "anna",
            subject: "again",
          },
        ],
      )
    }).pipe(inWorld),
  )
})
