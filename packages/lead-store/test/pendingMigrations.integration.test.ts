import { assert, describe, it } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, Layer, Option } from "effect"
import { LeadDatabase, Migrations } from "../src/index.ts"
import { address, migrations } from "./support/world.ts"

describe("the migrations that a database lacks", () => {
  it.live("are all of an empty one, and none of one that is migrated", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase.make()
      const connection = address(url)
      const services = yield* Layer.build(
        LeadDatabase.layer({
          connection,
          pool: { maxConnections: 2, minConnections: 0, connectionTTL: Option.none() },
          migrations,
          migrateOnStart: false,
          applicationName: "api-test",
        }),
      )
      const pending = Effect.provideContext(
        LeadDatabase.use((database) => database.pendingMigrations),
        services,
      )
      const before = yield* pending
      assert.strictEqual(before[0], "0001_leads")
      assert.deepStrictEqual(yield* Migrations.up({ connection, directory: migrations }), before)
      assert.deepStrictEqual(yield* pending, [])
      yield* Migrations.down({ connection, directory: migrations })
      assert.deepStrictEqual(yield* pending, before.slice(-1))
    }).pipe(Effect.scoped),
  )
})
