import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { type Contact, SearchKey } from "@lead-gateway/lead-store"
import { Effect, Layer, Option } from "effect"
import { ask, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

/** Gives a lead contacts, as a worker does when it decides. */
const giveContacts = Effect.fnUntraced(function* (
  { sql }: WorldShape,
  id: number,
  contacts: ReadonlyArray<Contact>,
) {
  const hash = yield* Effect.provide(
    SearchKey.use(({ hash }) => hash),
    SearchKey.layer({ key: Option.none() }).pipe(Layer.provide(Layer.succeed(PgClient.PgClient, sql))),
  )
  for (const contact of contacts) {
    yield* sql`INSERT INTO lead_contact (tenant_id, hash, lead_id) VALUES (1, ${hash(contact)}::uuid, ${id}::bigint)`
  }
})

const idsOf = Effect.fnUntraced(function* (world: WorldShape, query: Readonly<Record<string, string>>) {
  const answer = yield* ask(world, { path: `/api/v1/leads?${new URLSearchParams(query).toString()}` })
  assert.strictEqual(answer.status, 200, answer.text)
  for (const value of Object.values(query)) world.secrecy.watch(value)
  return (JSON.parse(answer.text) as { readonly data: ReadonlyArray<{ readonly id: number }> }).data.map(
    ({ id }) => id,
  )
})

describe("the search for leads", () => {
  it.live("finds them by e-mail and phone, however they are written, and logs neither", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const ada = yield* postLead(world, leadText)
      const bob = yield* postLead(world, leadText)
      yield* giveContacts(world, ada, [
        { kind: "email", value: "ada.lovelace@example.com" },
        { kind: "phone", value: "+491512345678" },
      ])
      yield* giveContacts(world, bob, [{ kind: "phone", value: "+491512345678" }])
      for (const email of [
        "ada.lovelace@example.com",
        " Ada.LOVELACE@Example.com ",
        "Ada Lovelace <ada.lovelace@example.com>",
        "mailto:ada.lovelace@example.com",
      ]) {
        assert.deepStrictEqual(yield* idsOf(world, { email }), [ada], email)
      }
      for (const phone of ["+491512345678", "0151 2345678", "0049 (0)151/2345678", "+49 151 23 45 678"]) {
        assert.deepStrictEqual(yield* idsOf(world, { phone }), [bob, ada], phone)
      }
      assert.deepStrictEqual(
        yield* idsOf(world, { phone: "0151 2345678", email: "ada.lovelace@example.com" }),
        [ada],
      )
      assert.deepStrictEqual(yield* idsOf(world, { phone: "0151 2345678", status: "DELIVERED" }), [])
      assert.deepStrictEqual(yield* idsOf(world, { email: "lovelace@example.com" }), [])
      assert.deepStrictEqual(yield* idsOf(world, { email: "+491512345678" }), [])
    }).pipe(Effect.scoped),
  )

  it.live("logs neither when it fails", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.sql`ALTER TABLE lead_contact RENAME TO lead_contact_elsewhere`
      const path = "/api/v1/leads?email=somebody.secret%40example.com&phone=0151-99988877"
      for (const value of ["somebody.secret", "0151-99988877", "+4915199988877"]) world.secrecy.watch(value)
      const answer = yield* ask(world, { path })
      assert.strictEqual(answer.status, 503)
      for (const wrong of ["&limit=0", "&status=X", "&cursor=!"]) {
        assert.strictEqual((yield* ask(world, { path: path + wrong })).status, 400)
      }
      assert.strictEqual((yield* ask(world, { path: path.replace("leads", "lead") })).status, 404)
      assert.strictEqual((yield* ask(world, { path, method: "POST" })).status, 405)
      assert.isNotEmpty(yield* world.log)
      world.secrecy.assertKept()
    }).pipe(Effect.scoped),
  )
})
