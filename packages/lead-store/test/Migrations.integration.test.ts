import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, fruit, inEmptyDatabase, names, ownFolder, tables } from "./support/migrations.ts"
import { holdOpen, migrations } from "./support/world.ts"

describe("Migrations.up", () => {
  it.effect("brings an empty database to the schema, and is done the second time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      assert.deepStrictEqual(yield* Migrations.up(options()), names)
      assert.include(yield* tables, "lead")
      assert.deepStrictEqual(yield* Migrations.up(options()), [])
    }).pipe(inEmptyDatabase),
  )

  it.live("applies a migration once when ten processes want to at the same time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_nothing": "SELECT 1" })
      const applied = yield* Effect.all(
        Array.from({ length: 10 }, () => Migrations.up(options(directory))),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(applied.flat(), ["0001_fruit", "0002_nothing"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("applies only what a database lacks, in order", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* ownFolder({ "0001_nothing": "SELECT 1" })))
      const more = yield* ownFolder({
        "0001_nothing": "SELECT 1",
        "0003_nothing": "SELECT 1",
        "0002_fruit": fruit,
      })
      assert.deepStrictEqual(yield* Migrations.up(options(more)), ["0002_fruit", "0003_nothing"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes back what a broken migration did, keeps those before it, and says which is which", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const broken = yield* ownFolder({
        "0001_fruit": fruit,
        "0002_broken": "-- Requires: 0002\nCREATE TABLE pear (); SELECT nonsense",
        "0003_nothing": "SELECT 1",
      })
      const error = yield* Effect.flip(Migrations.up(options(broken)))
      assert(error._tag === "MigrationFailed")
      assert.isFalse(error.unavailable)
      assert.strictEqual(
        error.message,
        '0002_broken: column "nonsense" does not exist (done before: 0001_fruit)',
      )
      assert.deepStrictEqual(yield* tables, ["fruit"])
      const states = yield* Migrations.status(options(broken))
      assert.deepStrictEqual(
        states.map(({ appliedAt }) => appliedAt !== null),
        [true, false, false],
      )
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT * FROM schema_compatibility`, [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("does not quote a value of the database that does not fit", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const unfit = yield* ownFolder({ "0001_unfit": "SELECT ('Ada' || ' Lovelace')::integer" })
      const error = yield* Effect.flip(Migrations.up(options(unfit)))
      assert.strictEqual(error.message, "0001_unfit: a value in the database does not fit (SQLSTATE 22P02)")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a migration that comes before one that is applied", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* ownFolder({ "0002_fruit": fruit })))
      const late = yield* ownFolder({ "0001_late": "SELECT 1", "0002_fruit": fruit })
      const error = yield* Effect.flip(Migrations.up(options(late)))
      assert.include(error.message, "0001_late")
    }).pipe(inEmptyDatabase),
  )

  it.live("does not mind what the database has in store for its sessions", () =>
    Effect.gen(function* () {
      const { name } = yield* TestDatabase
      const sql = yield* PgClient.PgClient
      for (const [setting, value] of [
        ["default_transaction_isolation", "serializable"],
        ["statement_timeout", "50ms"],
        ["lock_timeout", "50ms"],
        ["timezone", "Pacific/Kiritimati"],
      ]) {
        yield* sql.unsafe(`ALTER DATABASE ${name} SET ${setting} = '${value}'`)
      }
      const options = yield* emptyDatabase
      const slow = yield* ownFolder({
        "0001_slow": `SELECT pg_sleep(0.2);
          CREATE TABLE isolation AS SELECT current_setting('transaction_isolation') AS level`,
      })
      // The second one waits for the first one's lock.
      yield* Effect.all([Migrations.up(options(slow)), Migrations.up(options(slow))], { concurrency: 2 })
      assert.deepStrictEqual(yield* sql`SELECT level FROM isolation`, [{ level: "read committed" }])
      const [state] = yield* Migrations.status(options(slow))
      assert.closeTo(state?.appliedAt?.getTime() ?? 0, Date.now(), 60_000)
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
