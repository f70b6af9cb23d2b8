import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { SqlClient } from "effect/sql/SqlClient"
import { inject } from "vitest"
import { TestDatabase, type Template } from "@lead-gateway/testkit"

const serverUrl = inject("leadGatewayPostgresUrl")

/** Runs one statement by a connection of its own. */
const query = (url: string, statement: string) =>
  Effect.scoped(
    Effect.flatMap(
      PgClient.makeClient({ url: Redacted.make(url) }),
      (sql) => sql.unsafe<Record<string, unknown>>(statement).unprepared,
    ),
  ).pipe(Effect.provide(Reactivity.layer))

const exists = (name: string) =>
  Effect.map(
    query(serverUrl, `SELECT FROM pg_database WHERE datname = '${name}'`),
    (rows) => rows.length === 1,
  )

/** A template that counts how often it is made. */
const counting = (key: string) => {
  const made = { times: 0 }
  const template: Template<unknown> = {
    key: `${key} ${crypto.randomUUID()}`,
    migrate: (url) => {
      made.times += 1
      return query(url, "CREATE TABLE fruit AS SELECT 'apple' AS name")
    },
  }
  return { made, template }
}

describe("TestDatabase", () => {
  it.effect("gives an empty database and drops it at the end, connections or not", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const database = yield* Scope.provide(TestDatabase.make(), scope)
      assert.isTrue(yield* exists(database.name))
      yield* PgClient.makeClient({ url: Redacted.make(database.url) }).pipe(Effect.provide(Reactivity.layer))
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(yield* exists(database.name))
    }),
  )

  it.effect("gives databases that know nothing of each other", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([TestDatabase.make(), TestDatabase.make()])
      yield* query(one.url, "CREATE TABLE fruit (name text)")
      const found = yield* query(other.url, "SELECT FROM pg_tables WHERE tablename = 'fruit'")
      assert.strictEqual(found.length, 0)
    }),
  )

  it.effect("makes a template once, also when many ask for it at the same time, and copies it", () =>
    Effect.gen(function* () {
      const { made, template } = counting("at once")
      const all = yield* Effect.all(
        Array.from({ length: 6 }, () => TestDatabase.make({ template })),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(made.times, 1)
      for (const { url } of all) {
        assert.deepStrictEqual(yield* query(url, "SELECT name FROM fruit"), [{ name: "apple" }])
      }
    }),
  )

  it.effect("makes a template anew where an earlier attempt failed half-way", () =>
    Effect.gen(function* () {
      const { made, template } = counting("half-way")
      const failing: Template<unknown> = {
        key: template.key,
        migrate: (url) =>
          Effect.andThen(query(url, "CREATE TABLE fruit ()"), Effect.fail("no more" as const)),
      }
      assert.strictEqual(yield* Effect.flip(TestDatabase.make({ template: failing })), "no more")
      const { url } = yield* TestDatabase.make({ template })
      assert.strictEqual(made.times, 1)
      assert.deepStrictEqual(yield* query(url, "SELECT name FROM fruit"), [{ name: "apple" }])
    }),
  )

  it.effect("makes another template for another key", () =>
    Effect.gen(function* () {
      const { template } = counting("one")
      const other: Template<unknown> = { key: `${template.key}, later`, migrate: () => Effect.void }
      yield* TestDatabase.make({ template })
      const { url } = yield* TestDatabase.make({ template: other })
      const found = yield* query(url, "SELECT FROM pg_tables WHERE tablename = 'fruit'")
      assert.strictEqual(found.length, 0)
    }),
  )

  it.effect("is a layer, with a pool on the database where that is wanted", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const { name } = yield* TestDatabase
      const rows = yield* sql`SELECT current_database() AS name`
      assert.deepStrictEqual(rows, [{ name }])
    }).pipe(Effect.provide(TestDatabase.layerClient())),
  )
})
