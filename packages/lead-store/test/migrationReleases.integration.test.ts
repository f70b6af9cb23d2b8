import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, fruit, inEmptyDatabase, logged, ownFolder, tables } from "./support/migrations.ts"

const first = { "0001_fruit": fruit }
const expanded = { ...first, "0002_colour": "ALTER TABLE fruit ADD COLUMN colour text" }
const contracted = {
  ...expanded,
  "0003_no_name": `-- Names are not kept any more.
-- Requires: 0002

-- Up Migration
ALTER TABLE fruit DROP COLUMN name;
-- Down Migration
-- Loses: nothing
ALTER TABLE fruit ADD COLUMN name text;
`,
}

describe("two releases on one database", () => {
  it.effect("work on together as long as the newer one only expands; the older one says so", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const old = options(yield* ownFolder(first))
      yield* Migrations.up(old)
      yield* Migrations.up(options(yield* ownFolder(expanded)))
      for (const start of [Migrations.up(old), Migrations.wait(old)]) {
        assert.deepStrictEqual(yield* logged(start), [
          "the database is newer than this version, which can work with it: it has 0002_colour",
        ])
      }
    }).pipe(inEmptyDatabase),
  )

  it.effect("part when the newer one contracts: who knows enough goes on, who does not is refused", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const [old, middle, newest] = yield* Effect.all(
        [first, expanded, contracted].map((files) => Effect.map(ownFolder(files), options)),
      )
      assert(old !== undefined && middle !== undefined && newest !== undefined)
      yield* Migrations.up(newest)
      assert.deepStrictEqual(yield* Migrations.up(middle), [])
      yield* Migrations.wait(middle)
      for (const start of [Migrations.up(old), Migrations.wait(old), Migrations.down(old)]) {
        const error = yield* Effect.flip(start)
        assert(error._tag === "SchemaTooNew")
        assert.deepInclude(error, { unknown: ["0002_colour", "0003_no_name"], requires: 2, knows: 1 })
      }
      assert.deepStrictEqual(yield* Migrations.down(newest), ["0003_no_name"])
      assert.deepStrictEqual(yield* Migrations.up(old), [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("an older one takes nothing back while there is a migration that it does not know", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* ownFolder(expanded)))
      const error = yield* Effect.flip(Migrations.down(options(yield* ownFolder(first))))
      assert(error._tag === "SchemaTooNew")
      assert.strictEqual(
        error.message,
        "the database was migrated by a newer version of Lead Gateway (unknown here: 0002_colour); run that version, " +
          "or migrate down with it first",
      )
      assert.include(yield* tables, "fruit")
    }).pipe(inEmptyDatabase),
  )

  it.live("an older one is refused when the newer one contracts at the same moment", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const newer = yield* ownFolder({ ...first, "0002_slow": "-- Requires: 0002\nSELECT pg_sleep(0.3)" })
      const [, older] = yield* Effect.all(
        [
          Migrations.up(options(newer)),
          // Begins when the newer one holds the lock.
          Effect.andThen(
            PgClient.PgClient.use((sql) =>
              sql<{ held: bigint }>`
                SELECT count(*) AS held FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE locktype = 'advisory' AND datname = current_database()`.pipe(
                Effect.repeat({ until: (rows) => rows[0]?.held === 1n }),
              ),
            ),
            Effect.flip(Migrations.up(options(yield* ownFolder(first)))),
          ),
        ],
        { concurrency: 2 },
      )
      assert.strictEqual(older._tag, "SchemaTooNew")
    }).pipe(inEmptyDatabase),
  )

  it.effect(
    "a requirement that nobody could meet, or that is no number, is refused before anything runs",
    () =>
      Effect.gen(function* () {
        const options = yield* emptyDatabase
        for (const wrong of ["0003", "2", "", "0001, 0002", "the newest"]) {
          const directory = yield* ownFolder({ ...first, "0002_wrong": `-- Requires: ${wrong}\nSELECT 1` })
          const error = yield* Effect.flip(Migrations.up(options(directory)))
          assert(error._tag === "MigrationFailed")
          assert.match(error.message, /^0002_wrong\.sql: "-- Requires:.*" is not understood; use the number/)
        }
        assert.deepStrictEqual(yield* tables, [])
      }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.wait", () => {
  it.live("says once what it waits for, changes nothing, and ends when somebody has migrated", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const release = options(yield* ownFolder(expanded))
      const waiting = yield* Effect.forkChild(logged(Migrations.wait(release)))
      yield* Effect.sleep("1500 millis")
      assert.deepStrictEqual(yield* tables, [])
      yield* Migrations.up(options(yield* ownFolder(first)))
      yield* Effect.sleep("1500 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* Migrations.up(release)
      assert.deepStrictEqual(yield* Fiber.join(waiting), [
        "waiting for `migrate up`: the database lacks 0001_fruit, 0002_colour",
      ])
    }).pipe(inEmptyDatabase),
  )
})
