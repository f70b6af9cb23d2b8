import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { type Contact, SearchKey } from "@lead-gateway/lead-store"
import { Effect, Option, Redacted } from "effect"
import { makeContacts } from "../src/Contacts.ts"
import { shippedFlow } from "./support/flow.ts"
import { World } from "./support/World.ts"

const key = "the-key-of-this-test"

describe("a decided lead is found by its contacts", () => {
  it.live("also when it is rejected; and no plain value is stored beside the hashes", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const flow = yield* shippedFlow
      yield* Effect.gen(function* () {
        const searchKey = yield* SearchKey
        const hash = yield* searchKey.hash
        yield* world.startWorker({ contacts: makeContacts(flow, searchKey) })
        const accepted = yield* world.receive({
          payload: {
            email: " Ada@Example.com ",
            phone: "0151 2345678",
            zipcode: "66123",
            house: { is_owner: true },
          },
        })
        const rejected = yield* world.receive({ payload: { phone: "0151 2345678", zipcode: "12345" } })
        yield* world.reached(accepted.id, "DELIVERED")
        yield* world.reached(rejected.id, "REJECTED")
        const sql = yield* PgClient.PgClient
        const idsOf = (contact: Contact) =>
          Effect.map(
            sql<{
              id: number
            }>`SELECT lead_id::float8 AS id FROM lead_contact WHERE hash = ${hash(contact)}::uuid ORDER BY 1`,
            (rows) => rows.map(({ id }) => id),
          )
        assert.deepStrictEqual(yield* idsOf({ kind: "email", value: "ada@example.com" }), [accepted.id])
        assert.deepStrictEqual(yield* idsOf({ kind: "phone", value: "+491512345678" }), [
          accepted.id,
          rejected.id,
        ])
        const all = JSON.stringify(yield* sql`SELECT lead_contact::text AS row FROM lead_contact`)
        assert.notMatch(all, /ada|example|2345678/i)
      }).pipe(
        Effect.provide(SearchKey.layer({ key: Option.some(Redacted.make(key)) })),
        Effect.provideContext(world.services),
      )
    }).pipe(Effect.scoped),
  )
})
