import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, folder, fruit, inEmptyDatabase, names, tables } from "./support/migrations.ts"

describe("Migrations.down", () => {
  it.effect("takes the newest migration back, and up brings it again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const more = yield* folder({ "0102_fruit": fruit })
      yield* Migrations.up(options(more))
      assert.deepStrictEqual(yield* Migrations.down(options(more)), ["0102_fruit"])
      assert.notInclude(yield* tables, "fruit")
      assert.include(yield* tables, "inbound_lead")
      assert.deepStrictEqual(yield* Migrations.up(options(more)), ["0102_fruit"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes nothing back when asked for none", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      for (const count of [0, -1]) {
        assert.deepStrictEqual(yield* Migrations.down({ ...options(), count }), [])
      }
      assert.include(yield* tables, "inbound_lead")
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes everything back that up has made, and up makes it again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      const made = yield* tables
      assert.deepStrictEqual(yield* Migrations.down({ ...options(), count: 100 }), names.toReversed())
      assert.deepStrictEqual(yield* tables, [])
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace`, [])
      yield* Migrations.up(options())
      assert.deepStrictEqual(yield* tables, made)
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.status", () => {
  it.effect("shows what folder and database have, and changes nothing", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      assert.deepStrictEqual(
        yield* Migrations.status(options()),
        names.map((name) => ({ name, appliedAt: null, known: true })),
      )
      assert.deepStrictEqual(yield* tables, [])

      const before = Date.now()
      yield* Migrations.up(options(yield* folder({ "0102_fruit": fruit })))
      const more = yield* folder({ "0103_later": "SELECT 1" })
      const states = yield* Migrations.status(options(more))
      assert.deepStrictEqual(
        states.map(({ appliedAt, ...state }) => ({ ...state, applied: appliedAt !== null })),
        [
          ...names.map((name) => ({ name, known: true, applied: true })),
          { name: "0103_later", known: true, applied: false },
          { name: "0102_fruit", known: false, applied: true },
        ],
      )
      const appliedAt = states[0]?.appliedAt?.getTime() ?? 0
      assert.isAtLeast(appliedAt, before - 1000)
      assert.isAtMost(appliedAt, Date.now() + 1000)
    }).pipe(inEmptyDatabase),
  )

  it.effect("tells the right time, whatever the time zone of the database", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const { name } = yield* TestDatabase
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe(`ALTER DATABASE ${name} SET TimeZone TO 'Pacific/Kiritimati'`)
      yield* Migrations.up(options())
      const [state] = yield* Migrations.status(options())
      assert.closeTo(state?.appliedAt?.getTime() ?? 0, Date.now(), 60_000)
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.create", () => {
  it.effect("writes the next migration with both sections, which runs", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* folder()
      const next = String(names.length + 1).padStart(4, "0")
      const path = yield* Migrations.create(directory, "lead colour")
      assert.strictEqual(path, join(directory, `${next}_lead_colour.sql`))
      const text = yield* Effect.promise(() => readFile(path, "utf8"))
      assert.match(text, /-- Up Migration[^]*-- Down Migration/)
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), [...names, `${next}_lead_colour`])
    }).pipe(inEmptyDatabase),
  )

  it.effect("begins with 0001 in an empty folder, and names the folder that is not there", () =>
    Effect.gen(function* () {
      const directory = yield* folder()
      for (const name of names) yield* Effect.promise(() => rm(join(directory, `${name}.sql`)))
      assert.strictEqual(
        yield* Migrations.create(directory, "First: 1!"),
        join(directory, "0001_first_1.sql"),
      )
      const error = yield* Effect.flip(Migrations.create("/there/is/no/such/folder", "first"))
      assert.include(error.message, "/there/is/no/such/folder")
    }),
  )
})
