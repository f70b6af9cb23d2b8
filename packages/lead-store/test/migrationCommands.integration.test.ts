import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, fruit, inEmptyDatabase, ownFolder, tables } from "./support/migrations.ts"

const vegetable = `-- Requires: 0002
-- Up Migration
CREATE TABLE vegetable (name text);
-- Down Migration
-- Loses: vegetable
DROP TABLE vegetable;
`

describe("Migrations.down", () => {
  it.effect("takes the newest migration back, what it required too, and up brings it again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_vegetable": vegetable })
      yield* Migrations.up(options(directory))
      assert.deepStrictEqual(yield* tables, ["fruit", "vegetable"])
      assert.deepStrictEqual(yield* Migrations.down(options(directory)), ["0002_vegetable"])
      assert.deepStrictEqual(yield* tables, ["fruit"])
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT * FROM schema_compatibility`, [])
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), ["0002_vegetable"])
      assert.deepStrictEqual(yield* sql`SELECT * FROM schema_compatibility`, [
        { migration: "0002_vegetable", requires: 2 },
      ])
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes nothing back when asked for none, and all of it when asked for more than there is", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_vegetable": vegetable })
      yield* Migrations.up(options(directory))
      for (const count of [0, -1]) {
        assert.deepStrictEqual(yield* Migrations.down({ ...options(directory), count }), [])
      }
      assert.deepStrictEqual(yield* Migrations.down({ ...options(directory), count: 9, loseData: true }), [
        "0002_vegetable",
        "0001_fruit",
      ])
      assert.deepStrictEqual(yield* tables, [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("says which migration has no way back", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_one_way": "CREATE TABLE fruit ()" })
      yield* Migrations.up(options(directory))
      assert.include((yield* Effect.flip(Migrations.down(options(directory)))).message, "0001_one_way")
      assert.deepStrictEqual(yield* tables, ["fruit"])
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.status", () => {
  it.effect("shows what folder and database have and what it requires, and changes nothing", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_vegetable": vegetable })
      assert.deepStrictEqual(yield* Migrations.status(options(directory)), [
        { name: "0001_fruit", appliedAt: null, known: true },
        { name: "0002_vegetable", appliedAt: null, known: true, requires: 2 },
      ])
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT to_regclass('schema_migration') AS migrations, to_regclass('schema_compatibility') AS requirements`,
        [{ migrations: null, requirements: null }],
      )

      const before = Date.now()
      yield* Migrations.up(options(directory))
      const other = yield* ownFolder({ "0001_fruit": fruit, "0003_later": "SELECT 1" })
      const states = yield* Migrations.status(options(other))
      assert.deepStrictEqual(
        states.map(({ appliedAt, ...state }) => ({ ...state, applied: appliedAt !== null })),
        [
          { name: "0001_fruit", known: true, applied: true },
          { name: "0003_later", known: true, applied: false },
          { name: "0002_vegetable", known: false, applied: true, requires: 2 },
        ],
      )
      assert.closeTo(states[0]?.appliedAt?.getTime() ?? 0, before, 60_000)
    }).pipe(inEmptyDatabase),
  )

  it.effect("reads a database that a version without requirements has migrated", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_vegetable": vegetable })
      yield* Migrations.up(options(directory))
      const sql = yield* PgClient.PgClient
      yield* sql`DROP TABLE schema_compatibility`
      const states = yield* Migrations.status(options(directory))
      assert.isTrue(states.every(({ appliedAt, requires }) => appliedAt !== null && requires === undefined))
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), [])
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.create", () => {
  it.effect("writes the next migration with both sections, which runs", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0041_fruit": fruit })
      const path = yield* Migrations.create(directory, "lead colour")
      assert.strictEqual(path, join(directory, "0042_lead_colour.sql"))
      const text = yield* Effect.promise(() => readFile(path, "utf8"))
      assert.match(text, /-- Up Migration[^]*-- Down Migration/)
      assert.include((yield* Effect.flip(Migrations.up(options(directory)))).message, "-- Loses:")
      yield* Effect.promise(() => writeFile(path, text.replace("Loses:", "Loses: nothing")))
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), ["0041_fruit", "0042_lead_colour"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("begins with 0001 in an empty folder, and names the folder that is not there", () =>
    Effect.gen(function* () {
      const directory = yield* ownFolder({})
      assert.strictEqual(
        yield* Migrations.create(directory, "First: 1!"),
        join(directory, "0001_first_1.sql"),
      )
      const error = yield* Effect.flip(Migrations.create("/there/is/no/such/folder", "first"))
      assert.include(error.message, "/there/is/no/such/folder")
    }),
  )
})
