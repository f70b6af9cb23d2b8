import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { readFileSync } from "node:fs"
import { Context, Effect, Layer, Option } from "effect"
import { LeadDatabase } from "../src/index.ts"
import { sessionSettings } from "../src/LeadDatabase.ts"
import { inEmptyDatabase, logged, ownFolder } from "./support/migrations.ts"
import { address } from "./support/world.ts"

const optionsFor = (url: string) => ({
  connection: address(url),
  pool: { maxConnections: 3, minConnections: 0, connectionTTL: Option.none() },
  applicationName: "lead-gateway-test",
})

/** The pool of an app on an empty folder of migrations, once it is ready. */
const appPool = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  const services = yield* Layer.build(
    LeadDatabase.layer({ ...optionsFor(url), migrations: yield* ownFolder({}) }),
  )
  yield* Context.get(services, LeadDatabase).ready
  return Context.get(services, PgClient.PgClient)
})

const operatorPool = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  return Context.get(yield* Layer.build(LeadDatabase.pool(optionsFor(url))), PgClient.PgClient)
})

/** The values that a connection has for these settings. */
const shown = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const rows = yield* Effect.forEach(Object.keys(sessionSettings), (name) =>
    sql.unsafe<Record<string, string>>(`SHOW ${name}`),
  )
  return Object.fromEntries(rows.flatMap(([row]) => Object.entries(row ?? {})))
})

const wanted = {
  default_transaction_isolation: "read committed",
  synchronous_commit: "on",
  statement_timeout: "30s",
  lock_timeout: "5s",
  idle_in_transaction_session_timeout: "1min",
  TimeZone: "UTC",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  jit: "off",
}

/** Stores other settings with the database and the role, as an administrator might. */
const stored = Effect.gen(function* () {
  const { name } = yield* TestDatabase
  const sql = yield* PgClient.PgClient
  yield* sql.unsafe(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
  yield* sql.unsafe(`ALTER DATABASE ${name} SET synchronous_commit = 'off'`)
  yield* sql.unsafe(`ALTER DATABASE ${name} SET statement_timeout = '1s'`)
  yield* sql.unsafe(`ALTER DATABASE ${name} SET timezone = 'Pacific/Kiritimati'`)
  yield* sql.unsafe(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET enable_seqscan = 'on'`)
  yield* sql.unsafe(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET lock_timeout = '1ms'`)
})

describe("every connection of a process", () => {
  it.effect("says itself how it is to be treated", () =>
    Effect.gen(function* () {
      const sql = yield* appPool
      const all = yield* Effect.all([shown(sql), shown(sql), shown(sql)], { concurrency: 3 })
      for (const settings of all) assert.deepStrictEqual(settings, wanted)
    }).pipe(inEmptyDatabase),
  )

  it.effect("is not changed by what is stored with the database or the role, and nothing is logged", () =>
    Effect.gen(function* () {
      yield* stored
      const lines = yield* logged(
        Effect.gen(function* () {
          const sql = yield* appPool
          assert.deepStrictEqual(yield* shown(sql), wanted)
          assert.deepStrictEqual(yield* sql.withTransaction(sql`SHOW transaction_isolation`), [
            { transaction_isolation: "read committed" },
          ])
        }),
      )
      assert.deepStrictEqual(lines, [])
    }).pipe(inEmptyDatabase),
  )
})

describe("every connection of an operator's command", () => {
  it.effect("has the same settings, and all the time that it needs", () =>
    Effect.gen(function* () {
      yield* stored
      assert.deepStrictEqual(yield* shown(yield* operatorPool), { ...wanted, statement_timeout: "0" })
    }).pipe(inEmptyDatabase),
  )
})

describe("the README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

  it("lists every setting for those with a pooler: what to ignore, and what to store with the role", () => {
    const others = Object.entries(sessionSettings).filter(([name]) => name !== "TimeZone")
    const [, ignored = ""] = /ignore_startup_parameters = ([a-z_, ]+)/.exec(readme) ?? []
    assert.sameMembers(
      ignored.split(", "),
      others.map(([name]) => name),
    )
    const stored = [...readme.matchAll(/ALTER ROLE lead_gateway SET (\w+) = '?([^';]+)'?;/g)]
    assert.deepStrictEqual(
      Object.fromEntries(stored.map(([, name = "", value]) => [name, value])),
      Object.fromEntries(others),
    )
  })
})
