import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, folder, fruit, inEmptyDatabase, names, tables } from "./support/migrations.ts"
import { holdOpen, migrations } from "./support/world.ts"

describe("Migrations.up", () => {
  it.effect("brings an empty database to the schema, and is done the second time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      assert.deepStrictEqual(yield* Migrations.up(options()), names)
      assert.include(yield* tables, "inbound_lead")
      assert.deepStrictEqual(yield* Migrations.up(options()), [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("applies a migration once when ten processes want to at the same time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const applied = yield* Effect.all(
        Array.from({ length: 10 }, () => Migrations.up(options())),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(applied.flat(), names)
    }).pipe(inEmptyDatabase),
  )

  it.effect("applies only what a database lacks, in order", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      const more = yield* folder({ "0103_nothing": "SELECT 1", "0102_fruit": fruit })
      assert.deepStrictEqual(yield* Migrations.up(options(more)), ["0102_fruit", "0103_nothing"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("changes nothing when one migration of several is broken", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const broken = yield* folder({
        "0102_fruit": fruit,
        "0103_broken": "CREATE TABLE pear (); SELECT nonsense",
      })
      const error = yield* Effect.flip(Migrations.up(options(broken)))
      assert(error._tag === "MigrationFailed")
      assert.isFalse(error.unavailable)
      assert.include(error.message, "nonsense")
      assert.deepStrictEqual(yield* tables, [])
      assert.isTrue((yield* Migrations.status(options(broken))).every((state) => state.appliedAt === null))
    }).pipe(inEmptyDatabase),
  )

  it.effect("does not quote a value of the database that does not fit", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const unfit = yield* folder({ "0102_unfit": "SELECT ('Ada' || ' Lovelace')::integer" })
      const error = yield* Effect.flip(Migrations.up(options(unfit)))
      assert.strictEqual(error.message, "a value in the database does not fit (SQLSTATE 22P02)")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a database of a newer version, and says what is unknown", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* folder({ "0102_fruit": fruit, "0103_nothing": "SELECT 1" })))
      for (const attempt of [Migrations.up(options()), Migrations.down(options())]) {
        const error = yield* Effect.flip(attempt)
        assert(error._tag === "SchemaTooNew")
        assert.deepStrictEqual(error.unknown, ["0102_fruit", "0103_nothing"])
        assert.include(error.message, "0102_fruit, 0103_nothing")
      }
      assert.include(yield* tables, "fruit")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a database that a newer version migrates at the same moment", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const newer = yield* folder({ "0102_slow": "SELECT pg_sleep(0.3)" })
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
            Effect.flip(Migrations.up(options())),
          ),
        ],
        { concurrency: 2 },
      )
      assert.strictEqual(older._tag, "SchemaTooNew")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a migration that comes before one that is applied", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* folder({ "0103_fruit": fruit })))
      const late = yield* folder({ "0102_late": "SELECT 1", "0103_fruit": fruit })
      const error = yield* Effect.flip(Migrations.up(options(late)))
      assert.include(error.message, "0102_late")
    }).pipe(inEmptyDatabase),
  )

  it.live("gives the database up at once when it is interrupted while another process migrates", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      // node-pg-migrate's own lock, so that its command and ours keep out of each other's way.
      yield* Effect.asVoid(holdOpen((sql) => sql`SELECT pg_advisory_lock(7241865325823964)`))
      assert.isTrue((yield* Effect.timeoutOption(Migrations.up(options()), "200 millis"))._tag === "None")
    }).pipe(inEmptyDatabase),
  )

  it.effect("uses no feature newer than Postgres 14", () =>
    Effect.gen(function* () {
      const files = yield* Effect.forEach(names, (name) =>
        Effect.promise(() => readFile(join(migrations, `${name}.sql`), "utf8")),
      )
      const sql = files.join("\n")
      for (const newer of [
        /\bMERGE\b/,
        /NULLS NOT DISTINCT/,
        /security_invoker/i,
        /JSON_TABLE/,
        /uuidv7/,
        /ANY_VALUE/i,
      ]) {
        assert.notMatch(sql, newer)
      }
    }),
  )
})
