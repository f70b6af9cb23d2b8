import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { databaseSettings, embeddedDatabaseSettings, readReplicaSettings } from "@lead-gateway/config"
import { load, diagnostics } from "./world.ts"

const parts = { DB_HOST: "db", DB_USER: "me", DB_NAME: "leads" }

const connection = (env: Readonly<Record<string, string>>) =>
  Effect.map(load(databaseSettings, env), ({ value: { connection } }) => ({
    ...connection,
    url: Redacted.value(connection.url),
  }))

describe("the connection", () => {
  it.effect("comes from DATABASE_URL, which wins over its parts", () =>
    Effect.gen(function* () {
      const url = "postgresql://me:p%40ss@db.internal:6543/leads?application_name=x"
      assert.deepStrictEqual(yield* connection({ DATABASE_URL: url, ...parts }), {
        url,
        ssl: false,
        target: "db.internal:6543/leads",
      })
    }),
  )

  it.effect("comes from parts, whatever characters they hold", () =>
    Effect.gen(function* () {
      const { url, target } = yield* connection({
        ...parts,
        DB_HOST: "::1",
        DB_PASSWORD: "p@ss/:?#% ä",
        DB_NAME: "a/b",
      })
      const { hostname, port, username, password, pathname } = new URL(url)
      assert.deepStrictEqual(
        [hostname, port, username, decodeURIComponent(password), decodeURIComponent(pathname)],
        ["[::1]", "5432", "me", "p@ss/:?#% ä", "/a/b"],
      )
      assert.strictEqual(target, "::1:5432/a/b")
    }),
  )

  it.effect("may be a socket folder in the URL", () =>
    Effect.gen(function* () {
      const { target } = yield* connection({
        DATABASE_URL: "postgres:///leads?host=/run/postgresql&port=5433",
      })
      assert.strictEqual(target, "/run/postgresql:5433/leads")
    }),
  )

  it.effect("reports parts that are missing beside others", () =>
    Effect.gen(function* () {
      for (const settings of [databaseSettings, embeddedDatabaseSettings]) {
        assert.deepStrictEqual(
          (yield* diagnostics(settings, { DB_PORT: "0" })).map((line) => line.split(";")[0]),
          ["DB_HOST: is missing", 'DB_PORT: "0" is invalid', "DB_USER: is missing", "DB_NAME: is missing"],
        )
      }
    }),
  )

  it.effect("is optional where a Postgres is embedded", () =>
    Effect.gen(function* () {
      const without = yield* load(embeddedDatabaseSettings, {})
      assert.deepStrictEqual(without.value.connection, Option.none())
      const given = yield* load(
        embeddedDatabaseSettings,
        { DATABASE_URL_FILE: "url" },
        { url: "postgres://me@db/leads\n" },
      )
      assert.strictEqual(Option.getOrThrow(given.value.connection).target, "db:5432/leads")
    }),
  )

  it.effect("does not show its credentials", () =>
    Effect.gen(function* () {
      for (const url of [
        "postgres://me:hunter2@db:x/leads",
        "hunter2",
        "mysql://hunter2",
        "postgres://a,hunter2/x",
      ]) {
        const [line = ""] = yield* diagnostics(databaseSettings, { DATABASE_URL: url })
        assert.match(line, /^DATABASE_URL: \(secret\) is invalid; use a URL such as/)
        assert.notInclude(line, "hunter2")
      }
      const { summary } = yield* load(databaseSettings, { DATABASE_URL: "postgres://me:hunter2@db/leads" })
      assert.strictEqual(summary["DATABASE_URL"], "postgres://db:5432/leads")
    }),
  )

  it.effect("reports a wrong part even where the URL wins", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* diagnostics(databaseSettings, { DATABASE_URL: "postgres://db/leads", DB_PORT: "x" }),
        ['DB_PORT: "x" is invalid; use a whole number from 1 to 65535'],
      )
    }),
  )
})

describe("TLS", () => {
  it.effect("is asked for by DB_SSLMODE or the URL's sslmode, as in libpq", () =>
    Effect.gen(function* () {
      const ssl = (env: Record<string, string>) => Effect.map(connection(env), ({ ssl }) => ssl)
      const url = (mode: string) => ({ DATABASE_URL: `postgres://db/leads?sslmode=${mode}` })
      assert.strictEqual(yield* ssl(parts), false)
      assert.strictEqual(yield* ssl({ ...parts, DB_SSLMODE: "verify-full" }), true)
      assert.deepStrictEqual(yield* ssl({ ...parts, DB_SSLMODE: "Require" }), { rejectUnauthorized: false })
      assert.hasAllKeys(yield* ssl(url("verify-ca")), ["checkServerIdentity"])
      assert.strictEqual(yield* ssl({ ...url("disable"), DB_SSLMODE: "verify-full" }), false)
      assert.strictEqual(yield* ssl({ DATABASE_URL: "postgres://db/leads", DB_SSLMODE: "verify-full" }), true)
    }),
  )

  it.effect("is never half promised", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(databaseSettings, { ...parts, DB_SSLMODE: "prefer" }), [
        'DB_SSLMODE: "prefer" is invalid; use one of disable, require, verify-ca, verify-full',
      ])
      assert.deepStrictEqual(
        yield* diagnostics(databaseSettings, { DATABASE_URL: "postgres://db/x?sslmode=allow" }),
        [
          "DATABASE_URL: (secret) is invalid; use one of disable, require, verify-ca, verify-full as its sslmode",
        ],
      )
      const [line] = yield* diagnostics(databaseSettings, { DATABASE_URL: "postgres://db/x?ssl=true" })
      assert.match(line ?? "", /use sslmode=require or sslmode=verify-full instead of ssl in its query/)
    }),
  )
})

describe("the pool", () => {
  it.effect("keeps no more connections than it may open", () =>
    Effect.gen(function* () {
      const { value } = yield* load(embeddedDatabaseSettings, {
        DB_MAX_OPEN_CONNS: "20",
        DB_MAX_IDLE_CONNS: "20",
      })
      assert.deepStrictEqual(value.pool, {
        maxConnections: 20,
        minConnections: 20,
        connectionTTL: Option.some(Duration.minutes(30)),
      })
      assert.deepStrictEqual(yield* diagnostics(embeddedDatabaseSettings, { DB_MAX_IDLE_CONNS: "11" }), [
        'DB_MAX_IDLE_CONNS: "11" is invalid; use at most DB_MAX_OPEN_CONNS (10)',
      ])
    }),
  )

  it.effect("never replaces connections when their lifetime is zero", () =>
    Effect.gen(function* () {
      const { value } = yield* load(embeddedDatabaseSettings, { DB_CONN_MAX_LIFETIME: "0s" })
      assert.deepStrictEqual(value.pool.connectionTTL, Option.none())
    }),
  )
})

describe("the replica", () => {
  it.effect(
    "is none unless it has a URL, which has the TLS mode of the database unless it says another",
    () =>
      Effect.gen(function* () {
        const replica = (env: Readonly<Record<string, string>>) =>
          Effect.map(load(readReplicaSettings, env), ({ value }) => value)
        assert.isTrue(Option.isNone(yield* replica({ DATABASE_READ_MAX_LAG: "10s" })))
        const url = "postgres://me:hunter2@replica/leads"
        const { connection, maxLag } = Option.getOrThrow(
          yield* replica({ DATABASE_READ_URL: url, DB_SSLMODE: "verify-full" }),
        )
        assert.strictEqual(Redacted.value(connection.url), url)
        assert.strictEqual(connection.ssl, true)
        assert.deepStrictEqual(maxLag, Duration.seconds(5))
        const plain = yield* replica({
          DATABASE_READ_URL: `${url}?sslmode=disable`,
          DB_SSLMODE: "verify-full",
        })
        assert.isFalse(Option.getOrThrow(plain).connection.ssl)
      }),
  )
})
